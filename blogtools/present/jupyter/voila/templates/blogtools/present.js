// The keys that a clicker sends: a screen on, but not past the next heading; and back. The page scrolls in one element.
addEventListener("keydown", (event) => {
  const forward = { PageDown: true, PageUp: false }[event.key];
  const page = document.querySelector("#rendered_cells");
  if (forward === undefined || !page || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const screen = 0.85 * innerHeight, near = 24;
  const tops = Array.from(page.querySelectorAll("h2, h3"), (node) => node.getBoundingClientRect().top - 12);
  const by = forward ? Math.min(screen, ...tops.filter((top) => top > near))
    : Math.max(-screen, ...tops.filter((top) => top < -near));
  page.scrollBy({ top: by, behavior: "instant" });
}, true);
