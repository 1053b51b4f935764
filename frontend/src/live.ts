/** Keeps an open page up to date. Everything here is an extra: the page works without it. */

const root = document.documentElement;
const say = document.querySelector<HTMLElement>("#say");
const one = <T extends Element>(what: string, within: ParentNode = document) => within.querySelector<T>(what);
const all = <T extends Element>(what: string, within: ParentNode = document) => [...within.querySelectorAll<T>(what)];

// This Milepost's own time: in a simulated world it runs faster than the reader's clock.
const rate = Number(root.dataset.rate) || 0;
let told = Date.parse(root.dataset.now ?? "");
let heard = performance.now();
const now = () => told + (performance.now() - heard) * rate;
const setNow = (instant: string) => {
  told = Date.parse(instant);
  heard = performance.now();
};

// Ages: the same words as src/milepost/show/moments.py, in the page's language.
const counted = (count: number, unit: "minute" | "hour" | "day") =>
  new Intl.RelativeTimeFormat(`${root.lang}-u-nu-latn`).format(-count, unit);
function tick() {
  for (const time of all<HTMLTimeElement>("time[data-ago]")) {
    const seconds = (now() - Date.parse(time.dateTime)) / 1000;
    const words =
      seconds < 60 ? root.dataset.justNow!
      : seconds < 5400 ? counted(Math.floor(seconds / 60), "minute")
      : seconds < 129600 ? counted(Math.round(seconds / 3600), "hour")
      : counted(Math.round(seconds / 86400), "day");
    if (time.textContent !== words) time.textContent = words;
  }
}
if (told) setInterval(tick, rate > 1 ? 1000 : 15000);

// Copy buttons appear only where copying works.
function offerCopies(within: ParentNode) {
  if (!navigator.clipboard) return;
  for (const button of all<HTMLButtonElement>("[data-copy]", within)) button.hidden = false;
}
offerCopies(document);
document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  if (say) say.textContent = say.dataset.copied!;
});

// The theme, without asking the server.
for (const form of all<HTMLFormElement>("[data-theme-form]"))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = ((event as SubmitEvent).submitter as HTMLButtonElement).value;
    root.dataset.theme = theme;
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
    one<HTMLElement>(theme === "dark" ? ".to-light" : ".to-dark", form)?.focus();
  });

// Photos are shown before they are sent; choosing or dropping more adds to them.
const chosen = new WeakMap<HTMLInputElement, DataTransfer>();
function addPhotos(input: HTMLInputElement, files: FileList) {
  const all = chosen.get(input) ?? new DataTransfer();
  for (const file of files) all.items.add(file);
  chosen.set(input, all);
  input.files = all.files;
  const list = one(".thumbs", input.closest("[data-drop]")!)!;
  list.replaceChildren(
    ...[...all.files].map((file) => {
      const [row, image] = [document.createElement("li"), new Image()];
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      image.onload = () => URL.revokeObjectURL(image.src);
      image.onerror = () => row.replaceChildren(file.name);
      row.append(image);
      return row;
    }),
  );
}
const inputOf = (event: Event) => one<HTMLInputElement>("input", (event.target as Element).closest?.("[data-drop]") ?? document.createElement("p"));
document.addEventListener("change", (event) => {
  const input = inputOf(event);
  if (input?.files?.length) addPhotos(input, input.files);
});
for (const kind of ["dragover", "drop"] as const)
  document.addEventListener(kind, (event) => {
    const input = inputOf(event);
    if (!input) return;
    event.preventDefault();
    if (kind === "drop") addPhotos(input, event.dataTransfer!.files);
  });

// News by server-sent events: the changed part replaces the old one; open details and the focus stay.
const LOST_MS = 30000;
const stream = one<HTMLElement>("[data-live]")?.dataset.live;
const part = one<HTMLElement>("#live");
const lost = one<HTMLElement>("#lost");
let source: EventSource | undefined;
let sign = performance.now();
let shown = "";

function alive(instant: string) {
  sign = performance.now();
  setNow(instant);
  if (lost) {
    lost.hidden = true;
    const time = one<HTMLTimeElement>("time", lost);
    if (time) time.dateTime = instant;
  }
}

// The map: news come without it. The same way keeps its map; a new one is asked for, as is one seen nearer.
function keepMap(old: HTMLElement | null) {
  const place = one<HTMLElement>(".map-place", part!);
  if (!place) return;
  if (old) place.replaceWith(old);
  if (old?.dataset.map !== place.dataset.map) fetchMap(location.href, old ?? place).catch(() => false);
}
async function fetchMap(address: string, place: HTMLElement) {
  const answer = await fetch(address);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".map-place");
  if (!fresh) return false;
  const active = document.activeElement;
  const label = active?.closest(".map") ? active.getAttribute("aria-label") : undefined;
  place.replaceWith(fresh);
  if (label !== undefined)
    (one<HTMLElement>(`[aria-label="${label}"]`, fresh) ?? one<HTMLElement>(".map a", fresh))?.focus({ preventScroll: true });
  return true;
}
document.addEventListener("click", async (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-zoom]");
  const place = link?.closest<HTMLElement>(".map-place");
  if (!link || !place || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (await fetchMap(link.href, place).catch(() => false)) history.replaceState(null, "", link.href.split("#")[0]);
  else location.href = link.href;
});

function put(html: string) {
  if (!part) return;
  const open = new Map(all<HTMLDetailsElement>("details[id]", part).map((found) => [found.id, found.open]));
  const targets = "a,button,summary,input,select,textarea";
  const form = one<HTMLElement>("[data-kept]", part); // somebody may be writing in it
  const place = all(targets, part).indexOf(document.activeElement as Element);
  const map = one<HTMLElement>(".map-place", part);
  part.innerHTML = html;
  keepMap(map);
  const anew = one<HTMLElement>("[data-kept]", part);
  if (form && anew?.dataset.kept === form.dataset.kept) anew?.replaceWith(form);
  for (const found of all<HTMLDetailsElement>("details[id]", part)) found.open = open.get(found.id) ?? found.open;
  if (place >= 0) all<HTMLElement>(targets, part)[place]?.focus({ preventScroll: true });
  offerCopies(part);
}

function listen() {
  source ??= new EventSource(stream!);
  source.addEventListener("pulse", (event) => alive(JSON.parse(event.data).now));
  source.addEventListener("page", (event) => {
    const news = JSON.parse(event.data) as { html: string; said: string; mark: string; now: string };
    alive(news.now);
    if (news.mark !== part?.dataset.mark) put(news.html);
    if (part) part.dataset.mark = news.mark;
    if (say && shown && shown !== news.said) say.textContent = news.said;
    shown = news.said;
    tick();
  });
  source.onerror = () => {
    if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself
    source = undefined;
    setTimeout(listenIfSeen, 5000);
  };
}
const listenIfSeen = () => {
  if (!document.hidden && !source) listen();
};
const hangUp = () => {
  source?.close();
  source = undefined;
};
if (stream && part && "EventSource" in window) {
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", listenIfSeen);
  document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : listenIfSeen()));
  listenIfSeen();
  setInterval(() => {
    if (!document.hidden && performance.now() - sign > LOST_MS && lost) lost.hidden = false;
  }, 5000);
}
