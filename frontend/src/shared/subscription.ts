/** A push subscription as the server keeps it (notify/channels/web_push/browser.py). */
export function written(subscription: PushSubscription): string {
  const { keys } = subscription.toJSON();
  return `${subscription.endpoint} ${keys!.p256dh} ${keys!.auth}`;
}
