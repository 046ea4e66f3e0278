// What a reader can do with a page: sort tables, move the border between two pictures, enlarge a detail of all at once,
// read values off charts. Everything shows without this script, and nothing here asks for anything from anywhere.
"use strict";
(() => {
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  // Where the pointer is in an element: 0 to 1 from the left, 0 to 1 from the top.
  const placeIn = (element, event) => {
    const box = element.getBoundingClientRect();
    return [clamp((event.clientX - box.left) / box.width, 0, 1), clamp((event.clientY - box.top) / box.height, 0, 1)];
  };

  // Tables: a click on a head sorts, the next one turns the order around, the third gives the first order back.
  const makeSortable = (table) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const first = [...body.rows];
    const key = (row, column) => {
      const cell = row.cells[column];
      const number = cell.dataset.sort ?? (/^[–\s]*$/.test(cell.textContent) ? undefined : null);
      return number === null ? cell.textContent : number === undefined ? undefined : Number(String(number).replace("inf", "Infinity"));
    };
    const compare = (a, b) =>
      typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
    const sort = (column, order) => {
      heads.forEach((head, index) => head.setAttribute("aria-sort", index === column ? order : "none"));
      const rows = [...first];
      if (order !== "none") {
        const sign = order === "ascending" ? 1 : -1;
        rows.sort((one, other) => {
          const [a, b] = [key(one, column), key(other, column)];
          // What was not measured stays below, whatever the order.
          if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
          return sign * compare(a, b);
        });
      }
      body.append(...rows);
    };
    const next = { none: "ascending", ascending: "descending", descending: "none" };
    heads.forEach((head, column) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      button.addEventListener("click", () => sort(column, next[head.getAttribute("aria-sort")]));
      head.append(button);
      head.setAttribute("aria-sort", "none");
    });
  };

  // Pictures one over another, with a border between two of them that can be moved.
  const addSlider = (box) => {
    const views = [...box.querySelectorAll(".view")];
    const source = (view) => view.querySelector("img")?.src;
    if (views.length < 2 || views.some((view) => !source(view))) return;
    const picture = (side) => make("img", { className: side, draggable: false, alt: "" });
    const [under, over] = [picture("under"), picture("over")];
    const tags = ["left", "right"].map((side) => make("span", { className: `tag ${side}` }));
    const stage = make("div", { className: "stage" }, under, over, make("span", { className: "edge" }), ...tags);
    const range = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50 });
    const chosen = box.dataset.slider.split(" ").map(Number);
    const show = () => {
      [over, under].forEach((image, side) => {
        const view = views[chosen[side]];
        image.src = source(view);
        image.style.imageRendering = view.querySelector(".coarse") ? "pixelated" : "";
        tags[side].textContent = view.dataset.name;
      });
      const [left, right] = chosen.map((index) => views[index].dataset.name);
      range.setAttribute("aria-label", `${box.dataset.subject}: share of ${left}, ${right} beside it`);
      move();
    };
    const move = () => {
      stage.style.setProperty("--at", `${range.value}%`);
      range.setAttribute("aria-valuetext", `${range.value} percent ${views[chosen[0]].dataset.name}`);
    };
    range.addEventListener("input", move);
    const drag = (event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      range.value = 100 * placeIn(stage, event)[0];
      move();
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse") event.preventDefault();
      stage.setPointerCapture(event.pointerId);
      drag(event);
    });
    stage.addEventListener("pointermove", drag);
    const slider = make("div", { className: "slider" }, stage, range);
    if (views.length > 2) {
      const choice = (side) => {
        const select = make("select", {}, ...views.map((view, index) => make("option", { value: index }, view.dataset.name)));
        select.value = chosen[side];
        select.addEventListener("change", () => {
          chosen[side] = Number(select.value);
          show();
        });
        return make("label", {}, side === 0 ? "left" : "right", select);
      };
      slider.append(make("div", { className: "tools" }, choice(0), choice(1)));
    }
    box.prepend(slider);
    show();
  };

  // A detail of all pictures at once: what is done to one happens to all.
  const addZoom = (box) => {
    const frames = [...box.querySelectorAll(".frame")];
    const crosses = frames.map((frame) => frame.appendChild(make("span", { className: "cross" })));
    const FARTHEST = 16;
    // How much enlarged, and what share of the picture lies left of and above what is seen.
    let [scale, left, top] = [1, 0, 0];
    const said = make("output", { textContent: "" });
    const show = () => {
      for (const frame of frames) {
        for (const image of frame.querySelectorAll("img, svg")) {
          image.style.transform = `scale(${scale}) translate(${-100 * left}%, ${-100 * top}%)`;
        }
        frame.classList.toggle("near", scale > 1);
      }
      said.textContent = scale > 1 ? `×${scale.toFixed(1)}` : "";
    };
    const look = (newScale, newLeft, newTop) => {
      scale = clamp(newScale, 1, FARTHEST);
      left = clamp(newLeft, 0, 1 - 1 / scale);
      top = clamp(newTop, 0, 1 - 1 / scale);
      show();
    };
    // Enlarges around a place, which stays where it is.
    const zoom = (factor, [x, y]) => {
      const to = clamp(scale * factor, 1, FARTHEST);
      look(to, left + x / scale - x / to, top + y / scale - y / to);
    };
    const point = (place) => {
      box.classList.toggle("pointed", place !== null);
      if (place) crosses.forEach((cross) => Object.assign(cross.style, { left: `${100 * place[0]}%`, top: `${100 * place[1]}%` }));
    };
    const fingers = new Map();
    for (const frame of frames) {
      frame.tabIndex = 0;
      frame.setAttribute("role", "group");
      frame.setAttribute("aria-label", `${frame.closest(".view").dataset.name}: plus and minus enlarge and shrink all pictures, arrows move them`);
      frame.addEventListener("pointerdown", (event) => {
        if (event.pointerType === "mouse") event.preventDefault();
        frame.focus({ preventScroll: true });
        frame.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, placeIn(frame, event));
      });
      frame.addEventListener("pointermove", (event) => {
        const place = placeIn(frame, event);
        const before = fingers.get(event.pointerId);
        if (before && fingers.size === 1 && scale > 1) {
          look(scale, left - (place[0] - before[0]) / scale, top - (place[1] - before[1]) / scale);
        } else if (before && fingers.size === 2) {
          const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
          const apart = (a, b) => Math.max(Math.hypot(a[0] - b[0], a[1] - b[1]), 0.01);
          zoom(apart(place, other) / apart(before, other), [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2]);
        }
        if (before) fingers.set(event.pointerId, place);
        point(event.pointerType === "mouse" ? place : null);
      });
      const release = (event) => fingers.delete(event.pointerId);
      frame.addEventListener("pointerup", release);
      frame.addEventListener("pointercancel", release);
      frame.addEventListener("pointerleave", () => point(null));
      frame.addEventListener("wheel", (event) => {
        // The wheel moves the page, unless a reader has chosen the picture.
        const chosen = frames.includes(document.activeElement) || event.ctrlKey;
        if (!chosen || (scale === 1 && event.deltaY > 0)) return;
        event.preventDefault();
        zoom(Math.exp(-clamp(event.deltaY, -200, 200) / 300), placeIn(frame, event));
      }, { passive: false });
      frame.addEventListener("dblclick", (event) => (scale > 1 ? look(1, 0, 0) : zoom(4, placeIn(frame, event))));
      frame.addEventListener("keydown", (event) => {
        const step = 0.1 / scale;
        const does = {
          "+": () => zoom(1.5, [0.5, 0.5]), "=": () => zoom(1.5, [0.5, 0.5]), "-": () => zoom(1 / 1.5, [0.5, 0.5]),
          "0": () => look(1, 0, 0),
          ArrowLeft: () => look(scale, left - step, top), ArrowRight: () => look(scale, left + step, top),
          ArrowUp: () => look(scale, left, top - step), ArrowDown: () => look(scale, left, top + step),
        }[event.key];
        if (!does || event.ctrlKey || event.metaKey || (event.key.startsWith("Arrow") && scale === 1)) return;
        event.preventDefault();
        does();
      });
    }
    const button = (text, label, does) => {
      const made = make("button", { type: "button", textContent: text });
      made.setAttribute("aria-label", label);
      made.addEventListener("click", does);
      return made;
    };
    const hint = make("span", { textContent: "Click a picture, then scroll, drag or press + and −: all follow." });
    box.querySelector(".grid").before(make(
      "div", { className: "tools" },
      button("+", "Enlarge all pictures", () => zoom(1.5, [0.5, 0.5])),
      button("−", "Shrink all pictures", () => zoom(1 / 1.5, [0.5, 0.5])),
      button("whole", "Show all pictures whole", () => look(1, 0, 0)),
      said, hint,
    ));
    show();
  };

  // Charts: the values of all curves at a place, by pointer or by arrow keys.
  const addReading = (chart) => {
    const data = JSON.parse(chart.querySelector("script").textContent);
    const [plot, area] = [chart.querySelector(".plot"), chart.querySelector(".area")];
    const fraction = (axis, value) =>
      axis.log ? Math.log(value / axis.low) / Math.log(axis.high / axis.low) : (value - axis.low) / (axis.high - axis.low);
    const curves = data.curves.map((curve) => ({
      ...curve,
      places: curve.points
        .filter(([x, y]) => x !== null && y !== null && (!data.x.log || x > 0) && (!data.y.log || y > 0))
        .map(([x, y]) => ({ x, y, across: fraction(data.x, x), up: fraction(data.y, y) })),
    })).filter((curve) => curve.places.length > 0);
    const stops = [...new Set(curves.flatMap((curve) => curve.places.map((place) => place.across)))].sort((a, b) => a - b);
    if (stops.length === 0) return;
    const written = (value) =>
      Math.abs(value) >= 1e4 ? value.toLocaleString("en", { maximumFractionDigits: 0 })
        : value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2)
          : value.toLocaleString("en", { maximumSignificantDigits: 5 });
    const swatch = (colour) => {
      const made = make("span", { className: "swatch" });
      made.style.setProperty("--colour", colour);
      return made;
    };
    const rule = make("div", { className: "rule", hidden: true });
    const reading = make("div", { className: "reading", hidden: true });
    reading.setAttribute("aria-live", "polite");
    const spots = curves.map((curve) => {
      const spot = make("span", { className: "spot", hidden: true });
      spot.style.setProperty("--colour", curve.colour);
      return spot;
    });
    area.append(rule, ...spots, reading);
    const NEAR = 0.04;
    let at = null;
    const read = (across) => {
      at = across;
      const nearest = curves.map((curve) =>
        curve.places.reduce((best, place) => (Math.abs(place.across - across) < Math.abs(best.across - across) ? place : best)));
      const closest = Math.min(...nearest.map((place) => Math.abs(place.across - across)));
      const lines = [];
      nearest.forEach((place, index) => {
        const far = Math.abs(place.across - across) > Math.max(NEAR, closest);
        spots[index].hidden = far;
        if (far) return;
        Object.assign(spots[index].style, { left: `${100 * place.across}%`, bottom: `${100 * place.up}%`, top: "auto", margin: "0 0 -5.5px -5.5px" });
        lines.push(make("p", {}, swatch(curves[index].colour), `${curves[index].name}: ${written(place.y)} at ${written(place.x)}`));
      });
      reading.replaceChildren(...lines);
      for (const shown of [rule, reading]) shown.hidden = false;
      rule.style.left = `${100 * across}%`;
      Object.assign(reading.style, across < 0.5 ? { left: `calc(${100 * across}% + .8rem)`, right: "auto" } : { left: "auto", right: `calc(${100 * (1 - across)}% + .8rem)` });
    };
    const hide = () => {
      at = null;
      for (const shown of [rule, reading, ...spots]) shown.hidden = true;
    };
    area.addEventListener("pointermove", (event) => read(placeIn(area, event)[0]));
    area.addEventListener("pointerdown", (event) => read(placeIn(area, event)[0]));
    area.addEventListener("pointerleave", hide);
    plot.addEventListener("blur", hide);
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return hide();
      const forward = { ArrowRight: true, ArrowLeft: false }[event.key];
      if (forward === undefined) return;
      event.preventDefault();
      const here = at ?? (forward ? -1 : 2);
      const next = forward ? stops.find((stop) => stop > here) : stops.findLast((stop) => stop < here);
      if (next !== undefined) read(next);
    });
  };

  document.documentElement.classList.add("js");
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll(".views[data-slider]").forEach(addSlider);
  document.querySelectorAll(".views[data-zoom]").forEach(addZoom);
  document.querySelectorAll(".chart").forEach(addReading);
})();
