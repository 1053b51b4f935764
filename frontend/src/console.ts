/** Extras of the console: a slash goes to the search, and the place one is at stands in view. All works without. */
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
export {};
