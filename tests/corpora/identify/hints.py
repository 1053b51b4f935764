"""What stands beside a number and tells the carrier: the marketplace's provider names, and pages of carriers."""

# As marketplaces and sellers write them; the first is the usual one.
PROVIDERS: dict[str, tuple[str, ...]] = {
    "ups": ("UPS", "UPS Ground", "ups", "United Parcel Service", "UPS Worldwide Express Saver"),
    "usps": ("USPS", "usps", "U.S. Postal Service", "USPS Ground Advantage", "USPS Priority Mail"),
    "fedex": ("FedEx", "FEDEX", "Fedex Home Delivery", "FedEx Ground Economy", "Federal Express"),
    "dhl": ("DHL Express", "DHL EXPRESS", "DHL Express (US)"),
    "dhl_ecommerce": ("DHL eCommerce", "DHL eCommerce US", "DHL ECOMMERCE", "DHL eCommerce Asia"),
    "deutsche_post": ("DHL Paket", "Deutsche Post DHL", "Deutsche Post"),
    "royal_mail": ("Royal Mail", "Royal Mail Tracked 24", "Royal Mail Tracked 48", "ROYAL MAIL"),
    "parcelforce": ("Parcelforce", "Parcelforce Worldwide"),
    "evri": ("Evri", "EVRI", "Hermes UK", "Evri (Hermes)"),
    "dpd": ("DPD", "DPD UK", "DPD Local"),
    "yodel": ("Yodel", "YODEL", "Yodel Direct"),
    "gls": ("GLS", "GLS Germany", "GLS Spain"),
    "canada_post": ("Canada Post", "Canada Post / Postes Canada"),
    "australia_post": ("Australia Post", "AusPost", "eParcel"),
    "la_poste": ("La Poste", "Colissimo", "La Poste - Colissimo"),
    "correos": ("Correos", "Correos España"),
    "correios": ("Correios", "Correios Brasil"),
    "poste_italiane": ("Poste Italiane", "Poste Italiane - SDA"),
    "japan_post": ("Japan Post", "日本郵便"),
    "korea_post": ("Korea Post", "우체국택배"),
    "china_post": ("China Post", "China EMS", "中国邮政"),
    "amazon_shipping": ("Amazon Shipping", "Amazon Logistics", "AMZL"),
    "ontrac": ("OnTrac", "ONTRAC", "LaserShip"),
    "uniuni": ("UniUni", "UNIUNI"),
    "speedx": ("SpeedX", "SPEEDX", "Speedx"),
    "veho": ("Veho", "VEHO"),
    "gofo": ("GOFO", "GOFO Express", "Gofo"),
    "jt_express": ("J&T Express", "JT Express", "J&T EXPRESS", "J&T", "JNT", "J&T Express Brazil"),
    "ninja_van": ("Ninja Van", "NinjaVan", "Ninja Xpress"),
    "flash": ("Flash Express", "FLASH EXPRESS", "Flash"),
    "spx": ("SPX Express", "Shopee Xpress", "SPX"),
    "yunexpress": ("YunExpress", "Yun Express", "云途物流"),
    "yanwen": ("Yanwen", "Yanwen Logistics", "燕文物流"),
    "four_px": ("4PX", "4PX Express", "递四方"),
    "cainiao": ("Cainiao", "CAINIAO", "菜鸟"),
    "sf_express": ("SF Express", "S.F. Express", "顺丰速运"),
    "inpost": ("InPost", "InPost Paczkomaty"),
    "purolator": ("Purolator", "Purolator Courier"),
    "ghn": ("GHN", "Giao Hàng Nhanh"),
    "ghtk": ("GHTK", "Giao Hàng Tiết Kiệm"),
    "canpar": ("Canpar", "Canpar Express"),
    "landmark": ("Landmark Global",),
    "old_dominion": ("Old Dominion", "ODFL"),
    "speedee": ("Spee-Dee", "Spee-Dee Delivery"),
    "intelcom": ("Intelcom", "Intelcom / Dragonfly"),
}

# Names that say nothing of who carries the parcel.
EMPTY_PROVIDERS = (
    "TT Virtual express", "TikTok Shipping", "Standard shipping", "Platform shipping", "Other", "Seller's own fleet",
    "Shipped by seller", "SELLER_SHIPPING", "Economy", "TikTok Shop Logistics", "3PL", "-", "N/A",
)  # fmt: skip

# Pages of carriers, {n} for the number. A page names its carrier as surely as a provider does.
PAGES: dict[str, tuple[str, ...]] = {
    "ups": (
        "https://www.ups.com/track?tracknum={n}",
        "https://www.ups.com/track?loc=en_US&tracknum={n}&requester=WT/trackdetails",
        "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums={n}",
        "ups.com/track?loc=de_DE&requester=QUIC&tracknum={n}/trackdetails",
    ),
    "usps": (
        "https://tools.usps.com/go/TrackConfirmAction?tLabels={n}",
        "https://tools.usps.com/go/TrackConfirmAction?qtc_tLabels1={n}",
        "https://m.usps.com/m/TrackConfirmAction_detail?tLabels={n}",
        "https://tools.usps.com/go/TrackConfirmAction.action?tRef=fullpage&tLc=2&text28777=&tLabels={n}%2C",
    ),
    "fedex": (
        "https://www.fedex.com/fedextrack/?trknbr={n}",
        "https://www.fedex.com/apps/fedextrack/?action=track&tracknumbers={n}&locale=en_US&cntry_code=us",
        "https://www.fedex.com/wtrk/track/?trknbr={n}",
    ),
    "dhl": (
        "https://www.dhl.com/us-en/home/tracking/tracking-express.html?submit=1&tracking-id={n}",
        "http://www.dhl.com/en/express/tracking.html?AWB={n}&brand=DHL",
        "https://mydhl.express.dhl/gb/en/tracking.html#/results?id={n}",
    ),
    "deutsche_post": (
        "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={n}",
        "https://nolp.dhl.de/nextt-online-public/set_identcodes.do?lang=de&idc={n}",
    ),
    "dhl_ecommerce": (
        "https://webtrack.dhlglobalmail.com/orders?trackingNumber={n}",
        "https://webtrack.dhlecs.com/orders?trackingNumber={n}",
    ),
    "royal_mail": (
        "https://www.royalmail.com/track-your-item#/tracking-results/{n}",
        "https://www.royalmail.com/track-your-item?trackNumber={n}",
    ),
    "evri": ("https://www.evri.com/track/parcel/{n}", "https://www.evri.com/track/parcel/{n}/details"),
    "dpd": (
        "https://track.dpd.co.uk/search?reference={n}",
        "https://tracking.dpd.de/status/de_DE/parcel/{n}",
        "https://www.dpdgroup.com/nl/mydpd/my-parcels/track?lang=en&parcelNumber={n}",
    ),
    "yodel": ("https://www.yodel.co.uk/tracking/{n}", "https://www.yodel.co.uk/tracking/{n}/LS12AB"),
    "gls": (
        "https://gls-group.com/DE/de/paketverfolgung?match={n}",
        "https://gls-group.eu/EU/en/parcel-tracking?match={n}",
    ),
    "canada_post": ("https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={n}",),
    "purolator": ("https://www.purolator.com/en/shipping/tracker?searchValue={n}",),
    "australia_post": ("https://auspost.com.au/mypost/track/details/{n}", "https://auspost.com.au/mypost/track/#/details/{n}"),
    "la_poste": ("https://www.laposte.fr/outils/suivre-vos-envois?code={n}",),
    "correos": ("https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={n}",),
    "correios": ("https://rastreamento.correios.com.br/app/index.php?objetos={n}",),
    "poste_italiane": ("https://www.poste.it/cerca/index.html#/risultati-spedizioni/{n}",),
    "japan_post": ("https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={n}&locale=ja",),
    "ontrac": ("https://www.ontrac.com/tracking/?number={n}", "https://www.ontrac.com/tracking.asp?trackingres=submit&tracking_number={n}"),
    "uniuni": ("https://www.uniuni.com/tracking/#tracking-detail?no={n}",),
    "speedx": ("https://tracking.speedx.io/track?tracking_no={n}",),
    "gofo": ("https://www.gofoexpress.com/tracking.html?searchID={n}",),
    "amazon_shipping": ("https://track.amazon.com/tracking/{n}",),
    "jt_express": ("https://jtexpress.vn/vi/tracking?type=track&billcode={n}", "https://www.jtexpress.my/tracking/{n}", "https://www.jet.co.id/track?awb={n}"),
    "ninja_van": ("https://www.ninjavan.co/en-sg/tracking?id={n}", "https://www.ninjaxpress.co/id-id/tracking?id={n}"),
    "flash": ("https://www.flashexpress.com/fle/tracking?se={n}",),
    "spx": ("https://spx.vn/track?{n}", "https://spx.com.my/#/detail/{n}"),
    "yunexpress": ("https://www.yuntrack.com/parcelTracking?id={n}",),
    "yanwen": ("https://track.yw56.com.cn/en/querydel?nums={n}",),
    "four_px": ("https://track.4px.com/#/result/0/{n}",),
    "cainiao": ("https://global.cainiao.com/detail.htm?mailNoList={n}", "https://global.cainiao.com/newDetail.htm?mailNoList={n}&otherMailNoList="),
    "sf_express": ("https://www.sf-express.com/chn/en/waybill/waybill-detail/{n}",),
    "inpost": ("https://inpost.pl/sledzenie-przesylek?number={n}",),
    "speedee": ("https://www.speedeedelivery.com/track/?tracking={n}",),
    "landmark": ("https://track.landmarkglobal.com/?search={n}",),
    "parcelforce": ("https://www.parcelforce.com/track-trace?trackNumber={n}",),
    "old_dominion": ("https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumbers={n}",),
    "ghn": ("https://donhang.ghn.vn/?order_code={n}",),
    "ghtk": ("https://i.ghtk.vn/{n}",),
}  # fmt: skip

# Pages that track for everybody, and so name nobody.
NEUTRAL_PAGES = (
    "https://t.17track.net/en#nums={n}",
    "https://www.17track.net/en/track?nums={n}",
    "https://parcelsapp.com/en/tracking/{n}",
    "https://track.aftership.com/{n}",
    "https://www.ship24.com/tracking?p={n}",
    "https://www.google.com/search?q={n}",
    "https://myshop.example/apps/track?nums={n}&utm_source=mail",
    "https://www.packagetrackr.com/track/{n}",
)

# Looks like a carrier's page and is somebody else's.
FALSE_PAGES = (
    "https://track.dpd.co.uk.parcel-help.example/search?reference={n}",
    "http://evri.com.redelivery-fee.example/track/parcel/{n}",
    "https://gls-group.eu.pay.example/match={n}",
    "https://secure-ups.example/dpd/{n}",
)
