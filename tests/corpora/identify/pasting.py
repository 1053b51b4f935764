"""Every way in which people paste a number: grouped, wide, invisible, labelled, in a sentence, beside other numbers."""

from collections.abc import Callable
from random import Random

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
INVISIBLE = (
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202c",
)
BLANKS = (" ", "\u00a0", "\u202f", "\u2009", "\u3000", "\t", "  ")
DASHES = ("-", "\u2010", "\u2011", "\u2013", "\u2212", " - ")

LABELS = (
    "Tracking #: {n}", "Tracking # {n}", "Tracking#{n}", "TRACKING NO.: {n}", "Tracking Number:{n}", "tracking id = {n}",
    "TRK# {n}", "Track: {n}", "Parcel no. {n}", "AWB: {n}", "Waybill No. {n}", "Shipment ID: {n}", "Your tracking code is {n}.",
    "Reference / tracking: {n}", "Tracking-ID\n{n}", "Tracking number\t{n}", "# {n}", "No. {n}", "Consignment: {n}",
    "Sendungsnummer: {n}", "Paketnr.: {n}", "Numéro de suivi : {n}", "N° de colis : {n}", "Número de seguimiento: {n}",
    "Nº de envío: {n}", "Código de rastreio: {n}", "Codice di tracciamento: {n}", "N. spedizione {n}", "Nomor resi: {n}",
    "No. Resi : {n}", "Nombor penjejakan: {n}", "Mã vận đơn: {n}", "Mã vận đơn:{n}", "เลขพัสดุ: {n}", "หมายเลขพัสดุ {n}",
    "运单号：{n}", "快递单号:{n}", "追踪号码 {n}", "追跡番号：{n}", "お問い合わせ伝票番号 {n}", "운송장 번호: {n}", "송장번호 {n}",
    "Trackingnummer: {n}", "Numer przesyłki: {n}", "Номер отправления: {n}", "رقم التتبع: {n}", "Kargo takip no: {n}",
)  # fmt: skip

# Plain: no other digits in it, so that a bare number stays the only one.
SENTENCES = (
    "Hi, where is my parcel {n}? It has been stuck for days.",
    "Your order is on its way! Track it with {n}",
    "hello i ordered last week and tracking says nothing ({n}) please help",
    "The carrier says “{n}” was delivered but I never got it.",
    "pls check {n} asap!!! 😡",
    "Good news: your package with tracking number {n} has shipped.",
    "RE: missing parcel — {n} — second message",
    "Wo bleibt mein Paket? Die Sendungsnummer lautet {n}.",
    "Guten Tag, die Sendung {n} ist noch nicht angekommen, bitte prüfen.",
    "Bonjour, mon colis {n} est bloqué depuis une semaine.",
    "Votre commande a été expédiée sous le numéro {n}, merci de votre confiance.",
    "Hola, mi paquete {n} no ha llegado todavía, ¿me pueden ayudar?",
    "Su pedido fue enviado. Guía: {n}.",
    "Oi, meu pacote {n} está parado em Curitiba",
    "O código é {n} e não atualiza faz dias.",
    "Buongiorno, il pacco {n} risulta consegnato ma non c'è.",
    "Kak, resi {n} kok belum update ya?",
    "Paket saya dengan nomor resi {n} sudah sampai mana?",
    "Boss, parcel {n} tak sampai lagi, tolong check.",
    "สวัสดีค่ะ พัสดุ {n} ยังไม่ถึงค่ะ",
    "ขอเช็คพัสดุหมายเลข {n} หน่อยครับ",
    "Shop ơi đơn {n} của mình sao chưa giao vậy?",
    "Kiện hàng {n} đang ở đâu rồi ạ",
    "你好，我的包裹{n}还没有收到，麻烦查一下。",
    "包裹单号是{n}，一直没有更新",
    "すみません、荷物（{n}）がまだ届いていません。",
    "追跡番号{n}の状況を教えてください",
    "안녕하세요, 택배 {n} 언제 도착하나요?",
    "운송장 {n} 조회가 안 돼요",
    "Dzień dobry, paczka {n} nie dotarła.",
    "Where is it?? >{n}<",
    "[{n}] delivered to neighbour, which neighbour",
)

# Busy: dates, prices and order numbers stand around. Only for numbers that nobody could take for something else.
BUSY = (
    "Order 576461413038785752 shipped 2026-11-03, tracking {n}, total $23.99",
    "#1042 | Nov 3, 2026 | 2 items | $41.50 | {n} | In transit",
    "2026-11-03\tblue hoodie XL\t1\t19.99\t{n}\tShipped",
    "Ordered on 11/03/2026 at 14:05, still waiting. Tracking: {n}. Call me at +1 (555) 010-4477.",
    "<td>112-3456789-1234567</td><td>{n}</td><td>€ 12,90</td>",
    "Bestellung 302-1234567-7654321 vom 03.11.2026, Paket {n}, 24,90 €",
    "Commande n° 5521 du 03/11/2026 (19,90 €) : suivi {n}",
    "Pedido 5764614130387857 enviado el 03/11/2026. Guía {n}. Código postal 28013.",
    "Pesanan 576461413038785752, resi {n}, Rp 125.000, 3 Nov 2026",
    "订单 576461413038785752 已于2026年11月3日发货，运单号{n}，金额￥128.00",
    "注文番号 250-1234567-1234567 伝票番号 {n} 3,980円 11月3日発送",
    '{{"order_id": "576461413038785752", "tracking_number": "{n}", "weight": 0.45}}',
    "Delivered to ZIP 94105 on 11/03. {n} Signed by: front desk, 2nd floor, unit 204",
)

HINT_SENTENCES = (
    "Track it here: {u}",
    "{u}",
    "{u} ",
    "See {u}.",
    "Suivi : {u}",
    "<{u}>",
    "追踪: {u}",
    "[track]({u})",
    'href="{u}"',
)


def grouped(number: str, size: int, between: str) -> str:
    return between.join(number[at : at + size] for at in range(0, len(number), size))


def uneven(rng: Random, number: str, between: str) -> str:
    """Blanks where a hand put them."""
    parts, at = [], 0
    while at < len(number):
        size = rng.choice((2, 3, 3, 4, 4, 5))
        parts.append(number[at : at + size])
        at += size
    return between.join(parts)


def sprinkled(rng: Random, number: str) -> str:
    out = "".join(c + (rng.choice(INVISIBLE) if rng.random() < 0.25 else "") for c in number)
    return rng.choice(INVISIBLE) + out


Way = Callable[[Random, str], str]

WAYS: dict[str, Way] = {
    "blanks_of_4": lambda _, n: grouped(n, 4, " "),
    "blanks_of_3": lambda _, n: grouped(n, 3, " "),
    "blanks_uneven": lambda rng, n: uneven(rng, n, " "),
    "strange_blanks": lambda rng, n: uneven(rng, n, rng.choice(BLANKS)),
    "every_blank": lambda _, n: " ".join(n),
    "dashes": lambda rng, n: grouped(n, 4, rng.choice(DASHES)),
    "dashes_uneven": lambda rng, n: uneven(rng, n, "-"),
    "dots": lambda rng, n: uneven(rng, n, "."),
    "lower": lambda _, n: n.lower(),
    "mixed_case": lambda rng, n: "".join(rng.choice((c.lower(), c)) for c in n),
    "full_width": lambda _, n: n.translate(WIDE),
    "full_width_lower": lambda _, n: n.lower().translate(WIDE),
    "half_full_width": lambda rng, n: "".join(c.translate(WIDE) if rng.random() < 0.5 else c for c in n),
    "zero_width": sprinkled,
    "bom_and_newline": lambda _, n: "\ufeff" + n + "\r\n",
    "padded": lambda rng, n: rng.choice((" ", "\t", "\n", "\u00a0")) + n + rng.choice((" ", "\t\t", "\n\n", "\u3000")),
    "quoted": lambda rng, n: rng.choice(('"{}"', "'{}'", "“{}”", "«{}»", "`{}`", "‘{}’")).format(n),
    "bracketed": lambda rng, n: rng.choice(("({})", "[{}]", "<{}>", "{{{}}}", "【{}】", "（{}）", "*{}*", "**{}**")).format(n),
    "excel_text": lambda rng, n: rng.choice(('="{}"', "'{}", "'{}'", "\u200e{}")).format(n),
    "trailing_mark": lambda rng, n: n + rng.choice((".", ",", ";", "!", "?", ")", "。", "、", "...", ":")),
    "leading_mark": lambda rng, n: rng.choice(("#", "№", "No:", "->", "•", "– ", "* ", "=", ": ", "> ")) + n,
    "broken_line": lambda _, n: n[: len(n) // 2] + "\n" + n[len(n) // 2 :],
    "twice": lambda rng, n: n + rng.choice(("\n", ", ", " / ", " ; ")) + n,
    "label": lambda rng, n: rng.choice(LABELS).format(n=n),
    "label_and_groups": lambda rng, n: rng.choice(LABELS).format(n=grouped(n, 4, " ")),
    "sentence": lambda rng, n: rng.choice(SENTENCES).format(n=n),
    "sentence_lower": lambda rng, n: rng.choice(SENTENCES).format(n=n.lower()),
    "sentence_full_width": lambda rng, n: rng.choice(SENTENCES).format(n=n.translate(WIDE)),
    "html": lambda rng, n: rng.choice(("<b>{}</b>", "&nbsp;{}&nbsp;", "<td>{}</td>", "Tracking:&nbsp;{}<br/>", "<a href='#'>{}</a>")).format(n),
    "escaped": lambda rng, n: rng.choice(("%20{}%20", "{}%0A", "{}&amp;", "tracking_number={}", "tracking_number%3D{}", "?tracking={}&lang=en")).format(n),
}  # fmt: skip

# Ways that change nothing for digits.
NEED_LETTERS = {"lower", "mixed_case", "full_width_lower", "sentence_lower"}
# A number cut by a line's end could be two numbers, unless its beginning says how long it is.
NEED_PREFIX = {"broken_line"}
# These cut a number into pieces, so they spare numbers that have punctuation of their own.
CUT = {
    "blanks_of_4",
    "blanks_of_3",
    "blanks_uneven",
    "strange_blanks",
    "every_blank",
    "dashes",
    "dashes_uneven",
    "dots",
    "label_and_groups",
    "broken_line",
}
