
"use strict";
(() => {
  const queue = document.getElementById("queue");
  const controls = document.getElementById("controls");
  const tables = queue ? [...queue.querySelectorAll("table.queue")] : [];
  if (!controls || tables.length === 0) return;
  const body = tables[0].tBodies[0];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  rows.forEach((row, at) => { row.rank = at; });
  queue.querySelectorAll("details.chunk").forEach((chunk) => chunk.remove());
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const filter = make("input", { type: "search" });
  const urgent = make("input", { type: "checkbox" });
  const order = make("select", {}, ...["queue", "due", "package", "asset"].map((word) => make("option", { value: word }, word)));
  const count = make("span", { className: "faint" });
  count.setAttribute("role", "status");
  const back = make("button", { type: "button" }, "Previous");
  const on = make("button", { type: "button" }, "Next");
  controls.append(
    make("label", {}, "Filter by any word", filter),
    make("label", {}, "Order", order),
    make("label", { className: "tick" }, urgent, "only overdue and emergencies"),
    back, on, count,
  );
  controls.hidden = rows.length < 2;
  const size = 100;
  let page = 0;
  let found = rows;
  const text = (row) => (row.words ??= row.textContent.toLowerCase());
  const cell = (row, at) => (row.cells[at]?.textContent ?? "").trim().toLowerCase();
  const due = (row) => (row.dataset.due === "" ? Infinity : Number(row.dataset.due));
  const orders = {
    queue: (a, b) => a.rank - b.rank,
    due: (a, b) => due(a) - due(b) || a.rank - b.rank,
    package: (a, b) => cell(a, 2).localeCompare(cell(b, 2)) || a.rank - b.rank,
    asset: (a, b) => cell(a, 3).localeCompare(cell(b, 3)) || a.rank - b.rank,
  };
  const show = () => {
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, pages - 1);
    const first = page * size;
    const shown = found.slice(first, first + size);
    body.replaceChildren(...shown);
    back.disabled = page === 0;
    on.disabled = page >= pages - 1;
    back.hidden = on.hidden = pages === 1;
    count.textContent = found.length === 0 ? "No fix matches" : `${first + 1} to ${first + shown.length} of ${found.length}`;
  };
  const find = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = rows.filter((row) => (!urgent.checked || row.classList.contains("urgent")) && words.every((word) => text(row).includes(word)));
    found.sort(orders[order.value]);
    page = 0;
    show();
  };
  let waiting;
  filter.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(find, 150); });
  urgent.addEventListener("change", find);
  order.addEventListener("change", find);
  back.addEventListener("click", () => { page -= 1; show(); });
  on.addEventListener("click", () => { page += 1; show(); });
  show();
})();
