/**
 * Extras of the console: a slash goes to the search, the place one is at stands in view, and a form whose answer
 * takes more than two seconds says so. All works without.
 */
const search = document.querySelector<HTMLInputElement>(".con-search input");

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  const isWriting = target.matches("input, textarea, select") || target.isContentEditable;
  if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search?.focus();
  search?.select();
});
document.querySelector(".con-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

const BUSY_AFTER_MS = 2000;
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-busy]")) {
  form.addEventListener("submit", () => {
    window.setTimeout(() => {
      const said = document.createElement("p");
      said.className = "con-busy quiet small";
      said.setAttribute("role", "status");
      said.textContent = form.dataset.busy ?? "";
      const bar = document.createElement("progress");
      bar.className = "con-progress";
      bar.setAttribute("aria-label", said.textContent);
      form.append(said, bar);
    }, BUSY_AFTER_MS);
  });
}
window.addEventListener("pageshow", () => {
  for (const one of document.querySelectorAll("form[data-busy] > .con-busy, form[data-busy] > .con-progress")) one.remove();
});
// A color is picked with the browser's own picker; the samples follow at once, as the server makes them.
for (const picker of document.querySelectorAll<HTMLInputElement>("input[data-picks]")) {
  const field = document.querySelector<HTMLInputElement>(`#${picker.dataset.picks}`)!;
  picker.hidden = false;
  picker.addEventListener("change", () => {
    field.value = picker.value;
    sample(picker.value);
  });
  field.addEventListener("change", () => {
    if (!/^#[0-9a-f]{6}$/i.test(field.value)) return;
    picker.value = field.value.toLowerCase();
    sample(picker.value);
  });
}
function sample(color: string) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = document.querySelector<HTMLElement>("[data-tries]")!.dataset.tries!.replace("COLOR", color.slice(1));
  const old = document.querySelector("#try-sheet");
  sheet.onload = () => old?.remove();
  sheet.id = "try-sheet";
  document.head.append(sheet);
}
export {};
