// A live figure in the browser. One engine a model: what the reader wants and what is shown. One view for each place
// that displays it. The background stands still; the operations of a frame are painted over it.

// ---- painting: every number is in stage pixels, y downwards

const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const counts = (view) => new Uint32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const bytes = (view) => new Uint8ClampedArray(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

const DECODERS = {
  xy: floats, scale: floats, shape: floats, line: floats, counts, groups: counts, corners: counts,
  face: bytes, edge: bytes, pixels: bytes,
};

function decode(operation) {
  const decoded = { ...operation };
  for (const key in DECODERS) if (key in operation) decoded[key] = DECODERS[key](operation[key]);
  if (decoded.kind === "image") {
    decoded.source = new OffscreenCanvas(decoded.columns, decoded.rows);
    decoded.source.getContext("2d").putImageData(new ImageData(decoded.pixels, decoded.columns, decoded.rows), 0, 0);
  }
  return decoded;
}

function colour(rgba, i) {
  if (rgba.length === 0) return null;
  const k = (4 * i) % rgba.length;
  return rgba[k + 3] === 0 ? null : `rgba(${rgba[k]},${rgba[k + 1]},${rgba[k + 2]},${rgba[k + 3] / 255})`;
}

const nth = (values, i) => values[i % values.length];

function trace(path, xy, from, count) {
  let pen = false;
  for (let k = 2 * from; k < 2 * (from + count); k += 2) {
    if (!Number.isFinite(xy[k]) || !Number.isFinite(xy[k + 1])) pen = false;
    else if (pen) path.lineTo(xy[k], xy[k + 1]);
    else { path.moveTo(xy[k], xy[k + 1]); pen = true; }
  }
  const last = 2 * (from + count - 1);
  if (pen && count > 2 && xy[2 * from] === xy[last] && xy[2 * from + 1] === xy[last + 1]) path.closePath();
}

function ink(context, path, operation, i) {
  const face = colour(operation.face, i), edge = colour(operation.edge, i);
  const width = operation.line.length ? nth(operation.line, i) : 0;
  if (face) { context.fillStyle = face; context.fill(path); }
  if (edge && width > 0) { context.strokeStyle = edge; context.lineWidth = width; context.stroke(path); }
}

const PAINTERS = {
  paths(context, operation) {
    let point = 0, piece = 0;
    operation.groups.forEach((pieces, i) => {
      const path = new Path2D();
      for (const end = piece + pieces; piece < end; piece++) {
        trace(path, operation.xy, point, operation.counts[piece]);
        point += operation.counts[piece];
      }
      ink(context, path, operation, i);
    });
  },
  marks(context, operation) {
    const { xy, shape, corners } = operation;
    for (let i = 0; i < xy.length / 2; i++) {
      if (!Number.isFinite(xy[2 * i]) || !Number.isFinite(xy[2 * i + 1])) continue;
      const s = nth(operation.scale, i), path = new Path2D(), moved = new Float32Array(shape.length);
      for (let k = 0; k < shape.length; k += 2) {
        moved[k] = xy[2 * i] + s * shape[k];
        moved[k + 1] = xy[2 * i + 1] + s * shape[k + 1];
      }
      let from = 0;
      for (const count of corners) { trace(path, moved, from, count); from += count; }
      ink(context, path, operation, i);
    }
  },
  image(context, operation) {
    context.imageSmoothingEnabled = false;
    context.transform(...operation.matrix);
    context.drawImage(operation.source, 0, 0);
  },
};

function paint(view, engine) {
  const { canvas, context } = view;
  const scale = canvas.width / engine.scene.width;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(view.background(), 0, 0);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  for (const operation of engine.operations) {
    const { clip, dash, shift, cap, join } = operation.look;
    context.save();
    if (clip) {
      const region = new Path2D();
      trace(region, clip, 0, clip.length / 2);
      context.clip(region);
    }
    context.setLineDash(dash);
    Object.assign(context, { lineDashOffset: shift, lineCap: cap, lineJoin: join });
    PAINTERS[operation.kind](context, operation);
    context.restore();
  }
}

// ---- the engine: newest values only, one request under way at most

const PATIENCE = 6000;  // milliseconds before the reader is told that no answer comes

function makeEngine(model) {
  const scene = model.get("scene");
  const engine = {
    scene, views: new Set(), values: structuredClone(model.get("frame").values), operations: [], affine: {}, readout: "", error: "", notice: "",
    refused: {},
    bitmap: null, held: false, sequence: 0,
    pictures: 0,  // how many there have been; each view paints each of them once
  };
  let png = null, turn = 0, page = null, scheduled = false, stale = false;
  let request = 0, asked = "", sent = {}, waiting = null, behind = false, clock = 0;

  function update() {
    if (stale) compute();
    if (engine.bitmap) engine.views.forEach((view) => view.update());
  }

  engine.refresh = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; update(); });
  };

  function ask() {
    if (waiting !== null) { behind = true; return; }
    behind = false;
    const wanted = JSON.stringify(engine.values);
    if (wanted === asked) return;
    asked = wanted;
    sent = structuredClone(engine.values);
    waiting = ++request;
    clearTimeout(clock);
    clock = setTimeout(() => {
      engine.notice = "No answer from Python yet. It is busy; if it was restarted, run this cell again.";
      engine.refresh();
    }, PATIENCE);
    try { model.send({ values: engine.values, request: waiting }); } catch { gone(); }
  }

  // A control moved. With mathematics in the page Python is told only when the reader lets go (done).
  engine.set = (changes, done) => {
    Object.assign(engine.values, changes);
    if (page) stale = true;
    else echo(changes);
    if (!page || done) ask();
    engine.refresh();
  };

  // Handles and curves follow the pointer at once, ahead of the answer.
  function echo(changes) {
    for (const control of scene.controls) {
      if (!(control.kind in PLACED) || !(control.name in changes)) continue;
      const xy = toStage(engine.affine[control.artist], PLACED[control.kind](control, changes[control.name]));
      for (const operation of engine.operations) if (operation.name === control.artist) replace(operation, [xy]);
      engine.pictures += 1;
    }
  }

  function compute() {
    stale = false;
    try { show(page.compute(engine.values)); engine.error = ""; } catch (error) { engine.error = String(error); }
  }

  function show({ readout = engine.readout, ...shown }) {
    engine.readout = readout;
    engine.pictures += 1;
    for (const control of scene.controls) {
      if (control.kind in PLACED) shown[control.artist] ??= PLACED[control.kind](control, engine.values[control.name]);
    }
    for (const name in shown) {
      if (!engine.affine[name]) throw new Error(`the page cannot move "${name}"`);
      const lists = shown[name].length && typeof shown[name][0] !== "number" ? shown[name] : [shown[name]];
      const pieces = lists.map((list) => toStage(engine.affine[name], list));
      for (const operation of engine.operations) if (operation.name === name) replace(operation, pieces);
    }
  }

  // Python may answer with other values (a button that clears): what the reader has not touched since follows them.
  function adopt(values) {
    for (const name in values) {
      const touched = JSON.stringify(engine.values[name]) !== JSON.stringify(sent[name]);
      if (!touched) engine.values[name] = structuredClone(values[name]);
    }
  }

  async function receive() {
    const frame = model.get("frame"), mine = ++turn;
    if (frame.request !== null && frame.request === waiting) {
      waiting = null;
      clearTimeout(clock);
      if (!frame.error) adopt(frame.values);
    }
    engine.notice = "";
    if (page && engine.held) return;
    if (behind) ask();
    else if (!frame.error && waiting === null) {
      engine.values = structuredClone(frame.values);
      asked = JSON.stringify(engine.values);
    }
    if (model.get("background") !== png) {
      const fresh = model.get("background");
      const bitmap = await createImageBitmap(new Blob([fresh], { type: "image/png" }));
      if (mine !== turn) return;
      [png, engine.bitmap] = [fresh, bitmap];
    }
    const { readout, error, affine, sequence, refused } = frame;
    Object.assign(engine, { readout, error, affine, sequence, refused: { ...refused } });
    engine.operations = frame.operations.map(decode);
    engine.pictures += 1;
    if (waiting !== null) echo(engine.values);
    stale = false;
    update();
  }

  // When the page's mathematics does not load, Python's answers.
  async function loadPage() {
    const address = URL.createObjectURL(new Blob([scene.page], { type: "text/javascript" }));
    try { page = await import(address); } catch (error) { console.error("live figure:", error); }
    URL.revokeObjectURL(address);
  }

  function gone() {
    clearTimeout(clock);
    engine.notice = "Python was restarted: run this cell again.";
    engine.refresh();
  }

  model.on("change:frame", receive);
  model.on("comm_live_update", gone);
  if (scene.page) loadPage();
  receive();
  return engine;
}

// What the figure itself shows of a control, as one list x0, y0, x1, y1, … in data coordinates.
const PLACED = {
  points: (_, points) => points.flat(),
  curve: ({ x }, heights) => heights.flatMap((y, i) => [x[i], y]),
};

function toStage([sx, tx, sy, ty], list) {
  const xy = new Float32Array(list.length);
  for (let k = 0; k < list.length; k += 2) {
    xy[k] = sx * list[k] + tx;
    xy[k + 1] = sy * list[k + 1] + ty;
  }
  return xy;
}

function replace(operation, pieces) {
  const xy = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) { xy.set(piece, at); at += piece.length; }
  operation.xy = xy;
  if (operation.kind === "paths") {
    operation.counts = Uint32Array.from(pieces, (piece) => piece.length / 2);
    operation.groups = new Uint32Array(pieces.length).fill(1);
  }
}

// ---- the view: canvas, handles, readout and controls

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in node && key !== "list") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function shownNumber(control, value) {
  const gap = control.unit ? (control.unit === "°" || control.unit === "%" ? "" : "\u2009") : "";
  let digits;
  if (control.integer) digits = Math.round(value).toLocaleString("en").replaceAll(",", "\u2009");
  else if (control.log) digits = Number(value.toPrecision(3)).toString();
  else digits = value.toFixed(clamp(Math.ceil(-Math.log10((control.high - control.low) / control.positions) - 1e-9), 0, 6));
  return digits.replace("-", "−") + gap + control.unit;
}

const toPosition = (c, value) => Math.round(c.positions
  * (c.log ? Math.log(value / c.low) / Math.log(c.high / c.low) : (value - c.low) / (c.high - c.low)));

function fromPosition(c, position) {
  const part = position / c.positions;
  const value = c.log ? c.low * (c.high / c.low) ** part : c.low + part * (c.high - c.low);
  return c.integer ? Math.round(value) : Number(value.toPrecision(12));
}

// Each maker returns { row, update(value) }.
const MAKERS = {
  slider(control, engine, id) {
    const input = element("input", { type: "range", id, min: 0, max: control.positions, step: 1 });
    const output = element("output", { htmlFor: id });
    const widest = Math.max(...[control.low, control.high].map((value) => shownNumber(control, value).length));
    output.style.minWidth = `${widest + 0.5}ch`;
    const send = (done) => engine.set({ [control.name]: fromPosition(control, Number(input.value)) }, done);
    input.addEventListener("input", () => { engine.held = true; send(false); });
    input.addEventListener("change", () => { engine.held = false; send(true); });
    const row = [element("label", { htmlFor: id }, control.label), input, output];
    if (control.play) row.splice(1, 0, playButton(control, input, send));
    return {
      row,
      update(value) {
        input.value = toPosition(control, value);
        output.textContent = shownNumber(control, value);
        input.setAttribute("aria-valuetext", output.textContent);
      },
    };
  },
  choice(control, engine, id) {
    const options = control.options.map((option) => element("option", { value: option }, option));
    const select = element("select", { id }, ...options);
    select.addEventListener("change", () => engine.set({ [control.name]: select.value }, true));
    return {
      row: [element("label", { htmlFor: id }, control.label), select],
      update(value) { select.value = value; },
    };
  },
  toggle(control, engine, id) {
    const box = element("input", { type: "checkbox", id });
    box.addEventListener("change", () => engine.set({ [control.name]: box.checked }, true));
    return {
      row: [element("label", { htmlFor: id }, control.label), element("span", {}, box)],
      update(value) { box.checked = value; },
    };
  },
  text(control, engine, id) {
    const input = element("input", {
      type: "text", id, maxLength: control.longest, placeholder: control.example, autocomplete: "off", spellcheck: false,
    });
    const refusal = element("span", { className: "refusal", id: `${id}-refusal`, role: "status" });
    input.setAttribute("aria-describedby", refusal.id);
    let composing = false;
    // While the reader is at it, the box is the reader's; a refused text goes when another control moves.
    const send = () => {
      if (composing) return;
      delete engine.refused[control.name];
      engine.set({ [control.name]: input.value }, true);
    };
    input.addEventListener("input", send);
    input.addEventListener("compositionstart", () => { composing = true; });
    input.addEventListener("compositionend", () => { composing = false; send(); });
    return {
      row: [element("label", { htmlFor: id }, control.label), input, refusal],
      update(value) {
        const refused = engine.refused[control.name] ?? "";
        if (!refused && !input.matches(":focus") && input.value !== value) input.value = value;
        if (refusal.textContent !== refused) refusal.textContent = refused;
        input.setAttribute("aria-invalid", String(Boolean(refused)));
      },
    };
  },
  button(control, engine) {
    const button = element("button", { type: "button" }, control.label);
    button.addEventListener("click", () => engine.set({ [control.name]: engine.values[control.name] + 1 }, true));
    return { row: [element("span"), element("span", {}, button)], update() {} };
  },
};

const LAP = 6000;  // milliseconds from one end of a slider to the other

function playButton(control, input, send) {
  const button = element("button", { type: "button", className: "play" }, "▶");
  let playing = false, before = 0, position = 0;
  const show = () => {
    button.textContent = playing ? "❚❚" : "▶";
    button.setAttribute("aria-label", `${playing ? "pause" : "play"} ${control.label}`);
  };
  const step = (now) => {
    if (!playing || !button.isConnected) return;
    position += ((now - before) / LAP) * control.positions;
    if (position > control.positions) position -= control.positions;
    before = now;
    input.value = Math.round(position);
    send(false);
    requestAnimationFrame(step);
  };
  button.addEventListener("click", () => {
    playing = !playing;
    show();
    if (!playing) return send(true);
    position = Number(input.value) >= control.positions ? 0 : Number(input.value);
    before = performance.now();
    requestAnimationFrame(step);
  });
  input.addEventListener("pointerdown", () => { playing = false; show(); });
  show();
  return button;
}

let views = 0;

function makeView(engine, el) {
  const { scene } = engine, width = scene.width / scene.ratio;
  const canvas = element("canvas", { role: "img", "aria-label": scene.alt });
  const context = canvas.getContext("2d");
  const message = element("div", { className: "message", role: "alert", hidden: true });
  const picture = element("div", { className: "picture" }, canvas, message);
  const readout = element("div", { className: "readout", "aria-live": "polite" });
  const panel = element("div", { className: "controls" });
  picture.style.aspectRatio = `${scene.width} / ${scene.height}`;
  el.style.setProperty("--width", `${width}px`);
  el.classList.add("blogtools-live");
  el.append(picture, readout, panel);

  const id = `blogtools-live-${++views}`;
  const parts = {};
  scene.controls.forEach((control, i) => {
    if (control.kind === "orbit") { makeOrbit(control, engine, picture); return; }
    const part = control.kind in IN_PICTURE
      ? IN_PICTURE[control.kind](control, engine, picture)
      : MAKERS[control.kind](control, engine, `${id}-${i}`);
    parts[control.name] = part;
    if (part.row.length) panel.append(element("div", { className: `row ${control.kind}` }, ...part.row));
  });

  let scaled = null, scaledFrom = null, painted = 0;
  const view = {
    canvas, context,
    // The background at the size of this canvas, scaled once.
    background() {
      if (scaledFrom !== engine.bitmap || scaled.width !== canvas.width) {
        scaled = new OffscreenCanvas(canvas.width, canvas.height);
        const surface = scaled.getContext("2d");
        surface.imageSmoothingQuality = "high";
        surface.drawImage(engine.bitmap, 0, 0, canvas.width, canvas.height);
        scaledFrom = engine.bitmap;
      }
      return scaled;
    },
    update() {
      const wide = Math.round((picture.clientWidth || width) * devicePixelRatio);
      const high = Math.round((wide * scene.height) / scene.width);
      const resized = canvas.width !== wide || canvas.height !== high;
      if (resized) Object.assign(canvas, { width: wide, height: high });
      if (resized || painted !== engine.pictures) paint(view, engine);
      painted = engine.pictures;
      for (const name in parts) parts[name].update(engine.values[name]);
      if (readout.textContent !== engine.readout) readout.textContent = engine.readout;
      const text = engine.error || engine.notice;
      message.hidden = !text;
      message.classList.toggle("error", Boolean(engine.error));
      if (message.textContent !== text) message.textContent = text;
      // For those who measure: which picture this canvas shows, and the last frame of Python's in it.
      Object.assign(canvas.dataset, { painted, sequence: engine.sequence });
    },
  };
  // Lab looks for this on the focused element itself; without it the arrow keys would walk through the cells.
  const focusable = el.querySelectorAll("input, select, button, .handle, .pick, .drawing");
  focusable.forEach((node) => node.setAttribute("data-lm-suppress-shortcuts", "true"));
  const watcher = new ResizeObserver(engine.refresh);
  watcher.observe(picture);
  engine.views.add(view);
  engine.refresh();
  return () => { watcher.disconnect(); engine.views.delete(view); };
}

const FONT = "Blogtools Sans";

// One face a page is enough; it comes last in the style sheet, for what the browser's own fonts lack.
function bringFont(bytes) {
  if (!bytes?.byteLength || [...document.fonts].some((face) => face.family.includes(FONT))) return;
  const face = new FontFace(FONT, bytes);
  document.fonts.add(face);
  face.load();
}

export default () => {
  let engine;
  return {
    initialize({ model }) {
      bringFont(model.get("font"));
      engine = makeEngine(model);
    },
    render({ el }) { return makeView(engine, el); },
  };
};
