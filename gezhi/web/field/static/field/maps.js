// A map that is fetched only when somebody opens it. Whatever fails, the list and the address remain.

export function startLater(holder) {
  const failed = holder.parentElement.querySelector("[data-map-failed]");
  holder.hidden = false;
  import(holder.dataset.module)
    .then((module) => module.startMap(holder))
    .catch(() => {
      holder.remove();
      failed.hidden = false;
    });
}
