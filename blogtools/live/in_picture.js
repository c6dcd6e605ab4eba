// Controls that one touches in the picture itself. This file goes before live.js, of which it uses element and clamp.

// Where an event happened, in the data coordinates of an affine [sx, tx, sy, ty].
function dataUnder(event, picture, engine, [sx, tx, sy, ty]) {
  const frame = picture.getBoundingClientRect(), scale = engine.scene.width / frame.width;
  return [((event.clientX - frame.left) * scale - tx) / sx, ((event.clientY - frame.top) * scale - ty) / sy];
}

function makeHandles(control, engine, picture) {
  const move = (i, point, done) => {
    const points = engine.values[control.name].map((p) => [...p]);
    points[i] = point.map((v, k) => clamp(v, control.low[k], control.high[k]));
    engine.set({ [control.name]: points }, done);
  };
  const under = (event) => dataUnder(event, picture, engine, engine.affine[control.artist]);
  const handles = engine.values[control.name].map((_, i) => {
    const handle = element("div", { className: "handle", role: "slider", tabIndex: 0 });
    let grip = null;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      handle.focus({ preventScroll: true });
      handle.setPointerCapture(event.pointerId);
      const [x, y] = under(event), [px, py] = engine.values[control.name][i];
      grip = [px - x, py - y];
      engine.held = true;
    });
    const follow = (done) => (event) => {
      if (!grip) return;
      const [x, y] = under(event), [dx, dy] = grip;
      if (done) { grip = null; engine.held = false; }
      move(i, done ? engine.values[control.name][i] : [x + dx, y + dy], done);
    };
    handle.addEventListener("pointermove", follow(false));
    handle.addEventListener("pointerup", follow(true));
    handle.addEventListener("pointercancel", follow(true));
    handle.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
      if (dx === undefined) return;
      event.preventDefault();
      const [x, y] = engine.values[control.name][i], step = control.step * (event.shiftKey ? 10 : 1);
      move(i, [x + dx * step, y + dy * step], true);
    });
    picture.append(handle);
    return handle;
  });
  return {
    row: [],
    update(points) {
      const [sx, tx, sy, ty] = engine.affine[control.artist];
      points.forEach(([x, y], i) => {
        handles[i].style.left = `${(100 * (sx * x + tx)) / engine.scene.width}%`;
        handles[i].style.top = `${(100 * (sy * y + ty)) / engine.scene.height}%`;
        handles[i].setAttribute("aria-label", `${control.label} ${i + 1} of ${points.length}`);
        handles[i].setAttribute("aria-valuetext", `${x.toFixed(2)}, ${y.toFixed(2)}`);
      });
    },
  };
}

// Places to click. The marks take the focus and tell the state; a click counts for the nearest place.
function makePicks(control, engine, picture) {
  const group = element("div", { role: "group", "aria-label": control.label });
  const stage = ([x, y]) => {
    const [sx, tx, sy, ty] = engine.affine[control.artist];
    return [sx * x + tx, sy * y + ty];
  };
  const ends = (i) => control.places[i].map(stage);
  const middle = (i) => { const [[a, b], [c, d]] = ends(i); return [(a + c) / 2, (b + d) / 2]; };
  let current = 0, pressed = null;

  const turn = (i, by) => {
    const states = [...engine.values[control.name]], number = control.words.length;
    states[i] = control.lowest + ((states[i] - control.lowest + by + number) % number);
    engine.set({ [control.name]: states }, true);
  };
  const nearest = (event) => {
    const frame = picture.getBoundingClientRect(), scale = engine.scene.width / frame.width;
    const x = (event.clientX - frame.left) * scale, y = (event.clientY - frame.top) * scale;
    let best = -1, least = control.reach * scale;
    control.places.forEach((_, i) => {
      const [[a, b], [c, d]] = ends(i), square = (c - a) ** 2 + (d - b) ** 2;
      const part = square ? clamp(((x - a) * (c - a) + (y - b) * (d - b)) / square, 0, 1) : 0;
      const apart = Math.hypot(a + part * (c - a) - x, b + part * (d - b) - y);
      if (apart < least) [best, least] = [i, apart];
    });
    return best;
  };
  const focus = (i) => {
    marks[current].tabIndex = -1;
    current = i;
    marks[i].tabIndex = 0;
    marks[i].focus({ preventScroll: true });
  };
  const towards = (i, right, down) => {
    const [x, y] = middle(i);
    let best = i, least = Infinity;
    control.places.forEach((_, k) => {
      const [a, b] = middle(k), along = (a - x) * right + (b - y) * down, aside = Math.abs((a - x) * down + (b - y) * right);
      if (along > 1 && along + 2 * aside < least) [best, least] = [k, along + 2 * aside];
    });
    return best;
  };

  const marks = control.places.map((_, i) => {
    const mark = element("div", { className: "pick", role: "button", tabIndex: i ? -1 : 0 });
    // The pointer passes through the marks: a click on one comes from an assistive tool.
    mark.addEventListener("click", (event) => { event.stopPropagation(); turn(i, 1); });
    mark.addEventListener("keydown", (event) => {
      const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!arrow && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      if (arrow) focus(towards(i, ...arrow));
      else turn(i, event.shiftKey ? -1 : 1);
    });
    group.append(mark);
    return mark;
  });
  const answer = (by) => (event) => {
    const i = event.target.closest(".handle") ? -1 : nearest(event);
    if (i < 0) return;
    event.preventDefault();
    // A drag that ends over a place is no click on it.
    const dragged = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 6;
    pressed = null;
    if (dragged) return;
    focus(i);
    turn(i, event.shiftKey ? -by : by);
  };
  const hover = (near) => {
    marks.forEach((mark, i) => mark.classList.toggle("near", i === near));
    picture.classList.toggle("picking", near >= 0);
  };
  picture.classList.add("pickable");
  picture.addEventListener("pointerdown", (event) => { pressed = { x: event.clientX, y: event.clientY }; });
  picture.addEventListener("click", answer(1));
  picture.addEventListener("contextmenu", answer(-1));
  picture.addEventListener("pointermove", (event) => hover(event.pointerType === "touch" ? -1 : nearest(event)));
  picture.addEventListener("pointerleave", () => hover(-1));
  picture.append(group);
  return {
    row: [],
    update(states) {
      const { width, height } = engine.scene;
      marks.forEach((mark, i) => {
        const [[a, b], [c, d]] = ends(i);
        Object.assign(mark.style, {
          left: `${(50 * (a + c)) / width}%`,
          top: `${(50 * (b + d)) / height}%`,
          width: `calc(${(100 * Math.hypot(c - a, d - b)) / width}% + 14px)`,
          height: `${control.thickness}px`,
          minWidth: `${control.thickness}px`,
          transform: `translate(-50%, -50%) rotate(${Math.atan2(d - b, c - a)}rad)`,
        });
        mark.setAttribute("aria-label", `${control.names[i]}: ${control.words[states[i] - control.lowest]}`);
      });
    },
  };
}

// A curve drawn by hand, in a pane over the range of the curve. The pane takes the focus and has a cursor of its own.
function makeCurve(control, engine, picture) {
  const { x, low, high } = control, last = x.length - 1;
  const cursor = element("div", { className: "cursor" });
  const pane = element("div", { className: "drawing", role: "slider", tabIndex: 0 }, cursor);
  let at = Math.floor(last / 2), before = null;

  const put = (heights, done) => engine.set({ [control.name]: heights }, done);
  const nearest = (place) => {
    let best = 0;
    x.forEach((v, i) => { if (Math.abs(v - place) < Math.abs(x[best] - place)) best = i; });
    return best;
  };
  // From where the pointer was to where it is, the curve is straight.
  const stroke = (event) => {
    const [px, py] = dataUnder(event, picture, engine, engine.affine[control.artist]);
    const here = { i: nearest(px), y: clamp(py, low, high) }, from = before ?? here;
    const heights = [...engine.values[control.name]], steps = here.i - from.i;
    for (let k = 0; k <= Math.abs(steps); k++) {
      const part = steps ? k / Math.abs(steps) : 1;
      heights[from.i + Math.sign(steps) * k] = from.y + part * (here.y - from.y);
    }
    [before, at] = [here, here.i];
    put(heights, false);
  };
  pane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    pane.classList.remove("keys");
    pane.focus({ preventScroll: true });
    pane.setPointerCapture(event.pointerId);
    engine.held = true;
    stroke(event);
  });
  pane.addEventListener("pointermove", (event) => { if (before) stroke(event); });
  const lift = () => {
    if (!before) return;
    before = null;
    engine.held = false;
    put(engine.values[control.name], true);
  };
  pane.addEventListener("pointerup", lift);
  pane.addEventListener("pointercancel", lift);
  pane.addEventListener("keydown", (event) => {
    const [across, up] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
    if (across === undefined) return;
    event.preventDefault();
    pane.classList.add("keys");
    const times = event.shiftKey ? 10 : 1;
    at = clamp(at + across * times, 0, last);
    put(engine.values[control.name].map((y, i) => {
      const apart = Math.abs(i - at) / (control.brush + 1);
      const share = apart < 1 ? (1 + Math.cos(Math.PI * apart)) / 2 : 0;
      return clamp(y + up * times * control.step * share, low, high);
    }), true);
  });
  picture.append(pane);
  return {
    row: [],
    update(heights) {
      const [sx, tx, sy, ty] = engine.affine[control.artist], { width, height } = engine.scene;
      Object.assign(pane.style, {
        left: `${(100 * (sx * x[0] + tx)) / width}%`,
        top: `${(100 * (sy * high + ty)) / height}%`,
        width: `${(100 * sx * (x[last] - x[0])) / width}%`,
        height: `${(100 * sy * (low - high)) / height}%`,
      });
      cursor.style.left = `${(100 * (x[at] - x[0])) / (x[last] - x[0])}%`;
      cursor.style.setProperty("--height", `${(100 * (heights[at] - low)) / (high - low)}%`);
      pane.setAttribute("aria-label", control.label);
      Object.entries({ valuemin: low, valuemax: high, valuenow: heights[at] }).forEach(
        ([key, value]) => pane.setAttribute(`aria-${key}`, value),
      );
      pane.setAttribute("aria-valuetext", `${heights[at].toPrecision(3)} at ${x[at].toPrecision(3)}`);
    },
  };
}

function makeOrbit(orbit, engine, picture) {
  const control = (name) => engine.scene.controls.find((c) => c.name === name);
  const turned = (name, degrees) => {
    const { low, high } = control(name), value = start.values[name] + degrees;
    return high - low === 360 ? low + ((((value - low) % 360) + 360) % 360) : clamp(value, low, high);
  };
  let start = null;
  const drag = (done) => (event) => {
    if (!start) return;
    engine.held = !done;
    engine.set({
      [orbit.azimuth]: turned(orbit.azimuth, (start.x - event.clientX) / 2),
      [orbit.elevation]: turned(orbit.elevation, (event.clientY - start.y) / 2),
    }, done);
    if (done) start = null;
  };
  picture.classList.add("turnable");
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest(".handle, .drawing")) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    start = { x: event.clientX, y: event.clientY, values: { ...engine.values } };
  });
  picture.addEventListener("pointermove", drag(false));
  picture.addEventListener("pointerup", drag(true));
  picture.addEventListener("pointercancel", drag(true));
}

// Each maker returns { row, update(value) }.
const IN_PICTURE = { points: makeHandles, picks: makePicks, curve: makeCurve };
