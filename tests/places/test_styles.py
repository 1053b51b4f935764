"""Places in the styles of carriers around the world, one a line: hint, text, and what it means to us."""

from milepost.model.places import RawPlace
from milepost.places.gazetteer import SqliteGazetteer

STYLES = """
US | TEANECK NJ DISTRIBUTION CENTER               | Teaneck NJ US
US | SALT LAKE CITY UT NETWORK DISTRIBUTION CENTER | Salt Lake City UT US
US | EL PASO TX PROCESSING CENTER                 | El Paso TX US
US | FT. LAUDERDALE, FL 33310                     | Fort Lauderdale FL US
US | ELK GROVE VLG IL                             | Elk Grove Village IL US
US | E SAINT LOUIS, IL 62201                      | East Saint Louis IL US
US | Springfield, Ill.                            | Springfield IL US
US | Departed from facility in Los Angeles, CA    | Los Angeles CA US
US | UNIUNI - LAX1 GARDENA                        | Gardena CA US
US | CINCINATTI, OH                               | Cincinnati OH US
US | Dallas Road, Springfield                     | - US
   | SHENZHEN - CHINA, PEOPLES REPUBLIC           | Shenzhen CN
US | SHENZHEN - CHINA, PEOPLES REPUBLIC           | Shenzhen CN
US | 【深圳】已离开                                | Shenzhen CN
CN | 【深圳】                                      | Shenzhen CN
CN | 广东省东莞市虎门镇                            | Dongguan CN
CN | 江苏苏州公司                                  | Suzhou CN
CN | Guang Zhou Shi, Guang Dong                   | Guangzhou CN
   | 美国 纽约                                     | New York NY US
JP | 埼玉県川口市                                  | Kawaguchi JP
JP | 川崎東郵便局                                  | Kawasaki JP
KR | 국제우편물류센터 (인천)                        | Incheon KR
TH | ขอนแก่น Hub                                  | Khon Kaen TH
VN | TP. Hồ Chí Minh                              | Ho Chi Minh City VN
ID | Kab. Gresik, Jawa Timur                      | Gresik ID
ID | Kota Bekasi                                  | Bekasi ID
MY | K. LUMPUR                                    | Kuala Lumpur MY
PH | San Fernando, Pampanga                       | San Fernando PH
GB | National Distribution Centre Northampton     | Northampton GB
GB | Princess Royal DC, London NW10               | London GB
GB | MK10                                         | Milton Keynes GB
GB | B49                                          | - GB
DE | GLS DE 36286 Neuenstein                      | Neuenstein DE
DE | MÃ¼nster, Zustellbasis                       | Münster DE
FR | CORBEIL ESSONNES CEDEX, FR                   | Corbeil-Essonnes FR
FR | Agence Colissimo LYON RHONE (69)             | Lyon FR
CA | K1A 0B1, Canada                              | Ottawa ON CA
CA | Saskatoon, Sask.                             | Saskatoon SK CA
BR | Objeto postado, BARUERI - SP                 | Barueri SP BR
MX | Monterrey N.L.                               | Monterrey NLE MX
AU | ADELAIDE SA                                  | Adelaide SA AU
   | Arrival at OE [USORDT]                       | Chicago IL US
   | JPTYOA                                       | Tokyo JP
   | Arrived at LGG                               | Liège BE
   | LONDON/PARIS                                 | -
US | Springfield                                  | - US
US | Customer address                             | - US
US | Mail room                                    | - US
CN | 已发往下一站                                  | - CN
   | Item dispatched overseas                     | -
   | ****, **                                     | -
MX | Hidalgo                                      | - HID MX
GB | Central hub                                  | - GB
""".strip()


def read_aloud(located):
    """Town (or `-`), state and country; `-` alone when nothing is known."""
    if located is None:
        return "-"
    return " ".join(filter(None, (located.city or "-", located.region, located.country)))


def test_each_style_is_read_as_a_careful_person_reads_it():
    gazetteer, wrong = SqliteGazetteer(), []
    for line in STYLES.splitlines():
        hint, text, expected = (part.strip() for part in line.split("|"))
        if (found := read_aloud(gazetteer.locate(RawPlace(text=text, country=hint)))) != expected:
            wrong.append(f"{line} but was {found}")
    assert not wrong, "\n".join(wrong)
