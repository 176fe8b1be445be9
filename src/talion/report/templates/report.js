// Adds to a page that is complete without it: live charts, a filter, what an arrow rests on, copying.
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const unpack = async (id) => {
    const packed = atob(document.getElementById(id).textContent);
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  // --- charts: drawn anew, with tooltips, when scrolled to ------------------------------------
  const rows = (columns) => {
    const names = Object.keys(columns);
    return (columns[names[0]] || []).map((_, i) =>
      Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  };
  let kept = null;
  const ready = async () => {
    if (!kept) {
      kept = JSON.parse(await unpack("packed-charts"));
      const script = document.createElement("script");
      script.textContent = await unpack("packed-vega"); // runs only if the policy names its hash
      document.head.append(script);
    }
    return typeof window.vegaEmbed === "function";
  };
  const live = async (picture) => {
    const chart = kept.charts[picture.dataset.chart];
    const spec = structuredClone(kept.templates[chart.template]);
    spec.title = chart.title;
    if (chart.height) spec.height = chart.height;
    spec.datasets = Object.fromEntries(
      Object.entries(chart.datasets).map(([name, columns]) => [name, rows(columns)]));
    const place = document.createElement("div");
    await window.vegaEmbed(place, spec, {
      ast: true, actions: false, logLevel: 1, renderer: "svg", defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    });
    for (const svg of all("svg", place)) svg.setAttribute("aria-hidden", "true");
    for (const form of all("form", place)) form.remove();
    for (const name of ["role", "aria-roledescription", "aria-label"]) place.removeAttribute(name);
    picture.replaceChildren(place);
    picture.dataset.live = "yes";
  };
  let begun = null;
  if ("IntersectionObserver" in window && "DecompressionStream" in window) {
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watch.unobserve(entry.target);
        begun = begun || ready();
        begun.then((can) => can && live(entry.target));
      }
    }, { rootMargin: "120px" });
    for (const picture of all("[data-chart]")) watch.observe(picture);
  }

  // --- the results table, filtered by label ----------------------------------------------------
  const chips = all("[data-filter]");
  const count = document.getElementById("shown-count");
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      for (const other of chips) other.setAttribute("aria-pressed", String(other === chip));
      let shown = 0;
      for (const row of all("tr[data-label]")) {
        row.hidden = chip.dataset.filter !== "" && row.dataset.label !== chip.dataset.filter;
        shown += row.hidden ? 0 : 1;
      }
      if (count) count.textContent = `${shown} shown`;
    });
  }

  // --- what-ifs: one series at a time ----------------------------------------------------------
  for (const group of all("[data-switch]")) {
    const parts = all("[data-case]", group);
    const pick = (value) => {
      for (const part of parts) part.classList.toggle("hidden-by-switch", part.dataset.case !== value);
    };
    const select = group.querySelector("select");
    if (!select) continue;
    select.addEventListener("change", () => pick(select.value));
    pick(select.value);
  }

  // --- the diagram: what an arrow or a box rests on ----------------------------------------------
  const picked = document.getElementById("picked");
  const drawing = document.querySelector("svg.influence");
  const mark = (wanted) => {
    if (!drawing) return;
    drawing.classList.toggle("picking", wanted !== null);
    const links = new Set();
    const nodes = new Set();
    for (const arrow of all(".arrow", drawing)) {
      const on = wanted !== null && wanted(arrow);
      arrow.classList.toggle("on", on);
      if (on) {
        links.add(arrow.dataset.link);
        for (const end of arrow.dataset.ends.split(" ")) nodes.add(end);
      }
    }
    for (const text of all(".link-label", drawing)) {
      text.classList.toggle("on", text.dataset.links.split(" ").some((link) => links.has(link)));
    }
    for (const node of all(".node", drawing)) node.classList.toggle("on", nodes.has(node.dataset.node));
  };
  const shut = () => {
    mark(null);
    picked.replaceChildren();
  };
  const open = (id) => {
    const source = document.getElementById(id);
    if (!picked || !source) return false;
    const heads = all("th", source.closest("table").tHead).map((th) => th.textContent);
    const parts = [...source.cells].map((cell, i) => {
      const part = document.createElement("div");
      const head = document.createElement(i === 0 ? "b" : "span");
      head.textContent = i === 0 ? cell.textContent.trim() : heads[i];
      if (i > 0) head.className = "muted small";
      part.append(head, ...(i === 0 ? [] : [" ", ...cell.cloneNode(true).childNodes]));
      return part;
    });
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", shut);
    picked.replaceChildren(close, ...parts);
    return true;
  };
  if (drawing && picked) {
    for (const anchor of all(".arrow", drawing)) {
      anchor.addEventListener("click", (event) => {
        if (open(anchor.getAttribute("href").slice(1))) event.preventDefault();
        const { link } = anchor.dataset;
        mark((arrow) => (link ? arrow.dataset.link === link : arrow === anchor));
      });
    }
    for (const anchor of all(".node", drawing)) {
      anchor.addEventListener("click", (event) => {
        if (open(`node-${anchor.dataset.node}`)) event.preventDefault();
        mark((arrow) => arrow.dataset.ends.split(" ").includes(anchor.dataset.node));
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") shut();
    });
  }

  // --- what is folded away: opened when a link points into it, and for printing ------------------
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target || null; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])").filter((part) => !part.closest("figure"));
    for (const part of folded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  // --- copying a sentence with its citation ------------------------------------------------------
  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  for (const button of all("button.copy")) {
    const said = button.textContent;
    button.addEventListener("click", async () => {
      button.textContent = (await copyText(button.dataset.copy)) ? "copied" : "copying is blocked here";
      setTimeout(() => { button.textContent = said; }, 1600);
    });
  }
})();
