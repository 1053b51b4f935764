/** The switch for notifications on this device. The browser is asked only after a click; nothing here works without it. */

import { written } from "./shared/subscription";

const form = document.querySelector<HTMLFormElement>("form[data-push]");
const field = (name: string) => form!.elements.namedItem(name) as HTMLInputElement;
const WORKER = "/push/worker.js";

type State = "unsupported" | "denied" | "off" | "on" | "failed";
function show(state: State) {
  for (const part of form!.querySelectorAll<HTMLElement>("[data-when]")) part.hidden = !part.dataset.when!.includes(state);
}

// As the server marks it (record/links.py).
async function mark(address: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(address));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 24);
}

async function known(): Promise<PushSubscription | null> {
  const worker = await navigator.serviceWorker.getRegistration(WORKER);
  return (await worker?.pushManager.getSubscription()) ?? null;
}

async function asked(): Promise<PushSubscription> {
  const worker = await navigator.serviceWorker.register(WORKER);
  const wish = { userVisibleOnly: true, applicationServerKey: form!.dataset.push! };
  try {
    return await worker.pushManager.subscribe(wish);
  } catch (error) {
    const old = await worker.pushManager.getSubscription(); // made for a key that we no longer have
    if (!old) throw error;
    await old.unsubscribe();
    return worker.pushManager.subscribe(wish);
  }
}

async function look() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return show("unsupported");
  const subscription = await known().catch(() => null);
  const here = subscription && (await mark(written(subscription)));
  if (here && (form!.dataset.on ?? "").split(" ").includes(here)) {
    field("do").value = "off";
    field("browser").value = here;
    return show("on");
  }
  show(Notification.permission === "denied" ? "denied" : "off");
}

if (form) {
  form.addEventListener("submit", async (event) => {
    if (field("do").value === "off") return; // a plain form from here on
    event.preventDefault();
    if ((await Notification.requestPermission()) !== "granted") return show(Notification.permission === "denied" ? "denied" : "off");
    try {
      field("address").value = written(await asked());
      form.submit();
    } catch {
      show("failed");
    }
  });
  look();
}
export {};
