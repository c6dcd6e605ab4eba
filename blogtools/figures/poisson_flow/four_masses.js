// The twin of four_masses.py: the same steps in the same order, so that the two agree to rounding.

const [WIDTH, HEIGHT, SPACING, FAR, STEPS, CAPTURE] = [4.4, 3.0, 0.4, 60.0, 120, 0.008];
const [SHORT, LONG, SAG, TINY] = [0.05, 0.4, 0.001, 1e-60];
const [SIGHT, HALF_UP] = [12.0, 1e-9];
const [REFINE, ROUNDS, TOLERANCE, TURN] = [3, 5, 0.1, 2 * Math.PI];
const [NEWTON, BESIDE, OUT] = [8, 0.5, 0.01];
const NAMES = ["A", "B", "C", "D"];

const sum = (values) => values.reduce((total, v) => total + v, 0);
const circled = (angle, [x, y], radius) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];

// Written anew by every call of `pull` and `unit`: nothing is allocated in a step.
const force = new Float64Array(2);

// S_2(1) times the field of 9305.eq2.
function pull(x, y, { px, py, m }) {
  let fx = 0, fy = 0;
  for (let k = 0; k < m.length; k++) {
    const dx = px[k] - x, dy = py[k] - y, square = dx * dx + dy * dy;
    if (square > 0) { fx += (m[k] * dx) / square; fy += (m[k] * dy) / square; }
  }
  force[0] = fx;
  force[1] = fy;
}

function unit(x, y, masses) {
  pull(x, y, masses);
  const length = Math.sqrt(force[0] * force[0] + force[1] * force[1]) || 1;
  force[0] /= length;
  force[1] /= length;
}

// The mass above 0 that is nearest.
function nearest(x, y, { px, py, m }) {
  let least = Infinity, which = -1;
  for (let k = 0; k < m.length; k++) {
    const square = (px[k] - x) ** 2 + (py[k] - y) ** 2;
    if (m[k] > 0 && square < least) { least = square; which = k; }
  }
  return which;
}

// A line: its points in sight as [x0, y0, x1, y1, ...] and the mass on which it ends, or −1.
function trace(x, y, centre, masses) {
  const { px, py } = masses;
  let source = -1, points = [x, y], stride = LONG;
  for (let k = 0; k < STEPS && source < 0; k++) {
    const next = nearest(x, y, masses), distance = Math.sqrt((px[next] - x) ** 2 + (py[next] - y) ** 2);
    if (distance < CAPTURE) {
      source = next;
      x = px[next];
      y = py[next];
    } else {
      const h = stride * distance;
      unit(x, y, masses);
      const ax = force[0], ay = force[1];
      unit(x + (h / 2) * ax, y + (h / 2) * ay, masses);
      const bx = force[0], by = force[1];
      unit(x + (h / 2) * bx, y + (h / 2) * by, masses);
      const cx = force[0], cy = force[1];
      unit(x + h * cx, y + h * cy, masses);
      const dx = force[0], dy = force[1];
      x += (h / 6) * (ax + 2 * (bx + cx) + dx);
      y += (h / 6) * (ay + 2 * (by + cy) + dy);
      const sag = (h / 8) * Math.sqrt((dx - ax) ** 2 + (dy - ay) ** 2);
      stride = Math.min(Math.max(stride * Math.sqrt(SAG / Math.max(sag, TINY)), SHORT), LONG);
    }
    if ((x - centre[0]) ** 2 + (y - centre[1]) ** 2 < SIGHT * SIGHT) points.push(x, y);
    else points = [x, y];
  }
  return { points, source };
}

// A side of a region, led into the null of the field it turns at and out of it to the owner.
function throughNull(points, owner, centre, masses) {
  const distance = (k) => {
    const next = nearest(points[k], points[k + 1], masses);
    return Math.sqrt((masses.px[next] - points[k]) ** 2 + (masses.py[next] - points[k + 1]) ** 2);
  };
  let best = Infinity, at = 0;
  for (let k = 0; k < points.length - 2; k += 2) {
    const [sx, sy] = newton(points[k], points[k + 1], masses), size = Math.sqrt(sx * sx + sy * sy) / distance(k);
    if (size < best) { best = size; at = k; }
  }
  let x = points[at], y = points[at + 1];
  for (let k = 0; k < NEWTON; k++) {
    const [sx, sy] = newton(x, y, masses);
    x += sx;
    y += sy;
  }
  const apart = Math.sqrt((x - points[at]) ** 2 + (y - points[at + 1]) ** 2);
  if (!(apart < BESIDE * distance(at))) return points;
  const [, , gx, gy] = newton(x, y, masses), turn = Math.atan2(-gy, gx) / 2, reach = OUT * distance(at);
  const ways = [reach, -reach].map((r) => trace(x + r * Math.cos(turn), y + r * Math.sin(turn), centre, masses));
  const out = ways.find((way) => way.source === owner);
  return out ? [...points.slice(0, at), x, y, ...out.points] : points;
}

// Newton's step −f/f' and f' for f = Σ m/(y−z), whose conjugate is the field.
function newton(x, y, { px, py, m }) {
  let fx = 0, fy = 0, gx = 0, gy = 0;
  for (let k = 0; k < m.length; k++) {
    const dx = px[k] - x, dy = py[k] - y, square = Math.max(dx * dx + dy * dy, TINY);
    const ux = dx / square, uy = -dy / square;
    fx += m[k] * ux;
    fy += m[k] * uy;
    gx += m[k] * (ux * ux - uy * uy);
    gy += 2 * m[k] * ux * uy;
  }
  const square = Math.max(gx * gx + gy * gy, TINY);
  return [-(fx * gx + fy * gy) / square, -(fy * gx - fx * gy) / square, gx, gy];
}

function backwards(points) {
  const reversed = [];
  for (let k = points.length - 2; k >= 0; k -= 2) reversed.push(points[k], points[k + 1]);
  return reversed;
}

const edgesOf = (lines) => [...lines.keys()].filter((i) => lines[i].source !== lines[(i + 1) % lines.length].source);

// For each mass the regions that its lines sweep.
function basins(lines, follow, centre, masses) {
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = edgesOf(lines).flatMap((i) => {
      const { angle } = lines[i], gap = (lines[(i + 1) % lines.length].angle - angle + TURN) % TURN;
      return Array.from({ length: REFINE }, (_, j) => follow(angle + (gap * (j + 1)) / (REFINE + 1)));
    });
    lines = [...lines, ...fresh].sort((a, b) => a.angle - b.angle);
  }
  const regions = NAMES.map(() => []), edges = edgesOf(lines), n = lines.length;
  if (edges.length === 0 && lines[0].source >= 0) regions[lines[0].source].push(lines.flatMap((l) => l.points.slice(0, 2)));
  edges.forEach((last, e) => {
    const { source } = lines[last], before = edges[(e + edges.length - 1) % edges.length];
    if (source < 0) return;
    const run = Array.from({ length: (last - before + n) % n }, (_, j) => lines[(before + 1 + j) % n]);
    const [first, end] = [run[0], run[run.length - 1]].map((line) => throughNull(line.points, source, centre, masses));
    regions[source].push([...backwards(first), ...run.flatMap((line) => line.points.slice(0, 2)), ...end]);
  });
  return regions;
}

// The radius about the centroid beyond which four masses and one differ by less than TOLERANCE: from the widest of the
// 48 circles inwards, to the first on which they differ by more.
const ROUND = Array.from({ length: 32 }, (_, i) => circled((i * Math.PI) / 16, [0, 0], 1));

function farRadius(masses, centre) {
  const total = sum(masses.m), radius = (k) => 0.25 * (13 / 12) ** k;
  const worst = (k) => {
    const r = radius(k), scale = total / (r * r);
    let most = 0;
    for (const [ux, uy] of ROUND) {
      pull(centre[0] + r * ux, centre[1] + r * uy, masses);
      const dx = force[0] + scale * r * ux, dy = force[1] + scale * r * uy;
      most = Math.max(most, dx * dx + dy * dy);
    }
    return Math.sqrt(most / (scale * total));
  };
  let k = 46, outer = worst(47), here = worst(46);
  for (; k > 0 && here < TOLERANCE; k--) [outer, here] = [here, worst(k - 1)];
  if (here < TOLERANCE) return radius(0);
  return radius(k) * (13 / 12) ** (Math.log(here / TOLERANCE) / Math.log(here / outer));
}

// Arrows of the unit field on the lattice: tail, tip, barb, tip, barb.
const along = (reach) => {
  const n = Math.floor(reach / SPACING);
  return Array.from({ length: 2 * n + 1 }, (_, i) => (i - n) * SPACING);
};
const TAILS = along(HEIGHT).flatMap((y) => along(WIDTH).map((x) => [x, y]));

function arrows(masses) {
  return TAILS.map(([x, y]) => {
    unit(x, y, masses);
    const ux = force[0], uy = force[1], tx = x + 0.135 * ux, ty = y + 0.135 * uy;
    const bx = tx - 0.09 * ux, by = ty - 0.09 * uy, ox = -0.55 * 0.09 * uy, oy = 0.55 * 0.09 * ux;
    return [x - 0.135 * ux, y - 0.135 * uy, tx, ty, bx + ox, by + oy, tx, ty, bx - ox, by - oy];
  });
}

const bar = (row, length) => [0, row + 0.28, length, row + 0.28, length, row - 0.28, 0, row - 0.28];

export function compute({ places, mass, lines: number, basins: tinted, circle }) {
  const [px, py] = [0, 1].map((axis) => Float64Array.from(places, (place) => place[axis]));
  const masses = { px, py, m: Float64Array.of(mass, 1, 1, 1) }, total = sum(masses.m);
  const shares = Array.from(masses.m, (m) => (100 * m) / total);
  const centre = [px, py].map((axis) => sum(axis.map((v, k) => masses.m[k] * v)) / total);
  const follow = (angle) => ({ angle, ...trace(...circled(angle, centre, FAR), centre, masses) });
  const lines = Array.from({ length: number }, (_, i) => follow(((i + 1 / 3) * TURN) / number));
  const counts = NAMES.map((_, k) => lines.filter((line) => line.source === k).length);
  const radius = farRadius(masses, centre);
  const shown = {
    arrows: arrows(masses),
    circle: Array.from({ length: 121 }, (_, i) => circled((i * Math.PI) / 60, centre, circle ? radius : 0)).flat(),
    centroid: centre,
    bars: counts.map((count, k) => bar(3 - k, (100 * count) / number)),
    exact: shares.map((share, k) => [share, 3.4 - k, share, 2.6 - k]),
  };
  const regions = tinted ? basins(lines, follow, centre, masses) : NAMES.map(() => []);
  NAMES.forEach((name, k) => {
    shown[`lines ${name}`] = lines.filter((line) => line.source === k).map((line) => line.points);
    shown[`basin ${name}`] = regions[k];
    shown[name] = places[k];
  });
  const ends = NAMES.map((name, k) => `${name} ${counts[k]}`).join(", ");
  const gauss = shares.map((share) => ((number * share) / 100 + HALF_UP).toFixed(1)).join(", ");
  shown.readout = `Of ${number} lines end on ${ends}; by their masses, ${gauss}.  `
    + `Beyond r\u00a0=\u00a0${radius.toFixed(2)} the four pull like one mass, to 10 %.`;
  return shown;
}
