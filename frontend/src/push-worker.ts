/** Shows what a push brings, and opens or ends it on a tap. It keeps nothing and stands between no page and us. */

import { written } from "./shared/subscription";

interface News {
  id: string;
  tag: string;
  title: string;
  body: string;
  url: string;
  stop: string;
  stop_words: string;
}
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Pushed extends Lasting {
  data: { json(): News } | null;
}
interface Tapped extends Lasting {
  action: string;
  notification: Notification;
}
interface Moved extends Lasting {
  oldSubscription: PushSubscription | null;
  newSubscription: PushSubscription | null;
}
interface Worker extends EventTarget {
  registration: ServiceWorkerRegistration;
  clients: { openWindow(url: string): Promise<unknown> };
}
const worker = self as unknown as Worker;

// Messages name this Milepost as its settings do; here it is whatever the browser knows it by.
const here = (address: string) => {
  const { pathname, search } = new URL(address, location.origin);
  return pathname + search;
};

// The same tag replaces what stands there; the same id came twice, and makes no second sound.
async function show(news: News) {
  const shown = await worker.registration.getNotifications({ tag: news.tag });
  const again = shown.some((one) => one.data?.id === news.id);
  await worker.registration.showNotification(news.title, {
    body: news.body,
    tag: news.tag,
    data: news,
    renotify: !again,
    silent: again,
    actions: news.stop ? [{ action: "stop", title: news.stop_words }] : [],
  } as NotificationOptions);
}

async function stop(news: News) {
  const answer = await fetch(here(news.stop), { method: "POST" }).catch(() => undefined);
  if (!answer?.ok) await worker.clients.openWindow(here(news.stop));
}

// The browser's push service gave it another address: what was switched on stays on, at the new one.
async function move(old: PushSubscription | null, given: PushSubscription | null) {
  if (!old) return;
  const fresh = given ?? (await worker.registration.pushManager.subscribe(old.options as PushSubscriptionOptionsInit));
  await fetch("/push/moved", { method: "POST", body: new URLSearchParams({ old: written(old), new: written(fresh) }) });
}

worker.addEventListener("pushsubscriptionchange", (event) => {
  const { oldSubscription, newSubscription } = event as Moved;
  (event as Moved).waitUntil(move(oldSubscription, newSubscription));
});
worker.addEventListener("push", (event) => {
  const { data, waitUntil } = event as Pushed;
  if (data) waitUntil.call(event, show(data.json()));
});
worker.addEventListener("notificationclick", (event) => {
  const { action, notification } = event as Tapped;
  notification.close();
  const work = action === "stop" ? stop(notification.data) : worker.clients.openWindow(here(notification.data.url));
  (event as Tapped).waitUntil(work);
});
export {};
