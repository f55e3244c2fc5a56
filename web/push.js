// The service worker: shows what is pushed while no page of the console is open, and takes it back when it was seen elsewhere
// (docs/push.md).
addEventListener('push', (event) => event.waitUntil(onPush(event.data.json())));

async function onPush(push) {
  if (!push.cancelled) {
    const { title, message: body, tag, priority } = push;
    return registration.showNotification(title, { body, tag, data: push, icon: '/icon.svg', requireInteraction: priority === 'URGENT' });
  }
  for (const shown of await registration.getNotifications({ tag: push.tag })) shown.close();
}

addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.actionUrl));
});

async function open(actionUrl) {
  const [page] = await clients.matchAll({ type: 'window' });
  if (page && !actionUrl) return page.focus();
  return clients.openWindow(actionUrl ?? '/');
}
