// The twin of four_masses.py: the same steps in the same order, so that the two agree to rounding.

const [WIDTH, HEIGHT, SPACING, FAR, STEPS, STRIDE, CAPTURE] = [4.4, 3.0, 0.4, 60.0, 120, 0.15, 0.008];
const [SIGHT, HALF_UP] = [12.0, 1e-9];
const [REFINE, ROUNDS, TOLERANCE, TURN] = [12, 2, 0.1, 2 * Math.PI];
const NAMES = ["A", "B", "C", "D"];

const sum = (values) => values.reduce((total, v) => total + v, 0);
const circled = (angle, [x, y], radius) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];

// S_2(1) times the field of 9305.eq2, and the squared distance to the nearest mass above 0 with its index.
function pull(x, y, places, masses) {
  let fx = 0, fy = 0, nearest = Infinity, which = -1;
  for (let k = 0; k < places.length; k++) {
    const dx = places[k][0] - x, dy = places[k][1] - y, square = dx * dx + dy * dy;
    if (masses[k] > 0 && square < nearest) { nearest = square; which = k; }
    if (square > 0) { fx += (masses[k] * dx) / square; fy += (masses[k] * dy) / square; }
  }
  return [fx, fy, nearest, which];
}

function unit(x, y, places, masses) {
  const [fx, fy, nearest, which] = pull(x, y, places, masses), length = Math.hypot(fx, fy) || 1;
  return [fx / length, fy / length, nearest, which];
}

// One line from afar: its points in sight as [x0, y0, x1, y1, ...] and the mass on which it ends, or −1.
function trace(angle, centre, places, masses) {
  let [x, y] = circled(angle, centre, FAR), source = -1, points = [x, y];
  for (let k = 0; k < STEPS && source < 0; k++) {
    const [ax, ay, nearest, which] = unit(x, y, places, masses), distance = Math.sqrt(nearest);
    if (distance < CAPTURE) {
      source = which;
      [x, y] = places[which];
    } else {
      const h = STRIDE * distance;
      const [bx, by] = unit(x + (h / 2) * ax, y + (h / 2) * ay, places, masses);
      const [cx, cy] = unit(x + (h / 2) * bx, y + (h / 2) * by, places, masses);
      const [dx, dy] = unit(x + h * cx, y + h * cy, places, masses);
      x += (h / 6) * (ax + 2 * (bx + cx) + dx);
      y += (h / 6) * (ay + 2 * (by + cy) + dy);
    }
    if (Math.hypot(x - centre[0], y - centre[1]) < SIGHT) points.push(x, y);
    else points = [x, y];
  }
  return { angle, points, source };
}

function backwards(points) {
  const reversed = [];
  for (let k = points.length - 2; k >= 0; k -= 2) reversed.push(points[k], points[k + 1]);
  return reversed;
}

const edgesOf = (lines) => [...lines.keys()].filter((i) => lines[i].source !== lines[(i + 1) % lines.length].source);

// For each mass the regions that its lines sweep.
function basins(lines, follow) {
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
    regions[source].push([
      ...backwards(run[0].points), ...run.flatMap((line) => line.points.slice(0, 2)), ...run[run.length - 1].points,
    ]);
  });
  return regions;
}

// The radius about the centroid beyond which four masses and one differ by less than TOLERANCE.
function farRadius(places, masses, centre) {
  const total = sum(masses), radius = (k) => 0.25 * (13 / 12) ** k;
  const worst = Array.from({ length: 48 }, (_, k) => {
    let most = 0;
    for (let i = 0; i < 32; i++) {
      const [x, y] = circled((i * Math.PI) / 16, [0, 0], radius(k));
      const [fx, fy] = pull(centre[0] + x, centre[1] + y, places, masses);
      const scale = total / (x * x + y * y);
      most = Math.max(most, Math.hypot(fx + scale * x, fy + scale * y) / Math.hypot(scale * x, scale * y));
    }
    return most;
  });
  const above = worst.findLastIndex((v) => v >= TOLERANCE);
  if (above < 0) return radius(0);
  const k = Math.min(above, 46), part = Math.log(worst[k] / TOLERANCE) / Math.log(worst[k] / worst[k + 1]);
  return radius(k) * (13 / 12) ** part;
}

// Arrows of the unit field on the lattice: tail, tip, barb, tip, barb.
function arrows(places, masses) {
  const along = (reach) => {
    const n = Math.floor(reach / SPACING);
    return Array.from({ length: 2 * n + 1 }, (_, i) => (i - n) * SPACING);
  };
  return along(HEIGHT).flatMap((y) => along(WIDTH).map((x) => {
    const [ux, uy] = unit(x, y, places, masses);
    const tip = [x + 0.135 * ux, y + 0.135 * uy], [bx, by] = [tip[0] - 0.09 * ux, tip[1] - 0.09 * uy];
    const [ox, oy] = [-0.55 * 0.09 * uy, 0.55 * 0.09 * ux];
    return [x - 0.135 * ux, y - 0.135 * uy, ...tip, bx + ox, by + oy, ...tip, bx - ox, by - oy];
  }));
}

const bar = (row, length) => [0, row + 0.28, length, row + 0.28, length, row - 0.28, 0, row - 0.28];

export function compute({ places, mass, lines: number, basins: tinted, circle }) {
  const masses = [mass, 1, 1, 1], total = sum(masses), shares = masses.map((m) => (100 * m) / total);
  const centre = [0, 1].map((axis) => sum(places.map((place, k) => masses[k] * place[axis])) / total);
  const follow = (angle) => trace(angle, centre, places, masses);
  const lines = Array.from({ length: number }, (_, i) => follow(((i + 1 / 3) * TURN) / number));
  const counts = NAMES.map((_, k) => lines.filter((line) => line.source === k).length);
  const radius = farRadius(places, masses, centre);
  const shown = {
    arrows: arrows(places, masses),
    circle: Array.from({ length: 121 }, (_, i) => circled((i * Math.PI) / 60, centre, circle ? radius : 0)).flat(),
    centroid: centre,
    bars: counts.map((count, k) => bar(3 - k, (100 * count) / number)),
    exact: shares.map((share, k) => [share, 3.4 - k, share, 2.6 - k]),
  };
  const regions = tinted ? basins(lines, follow) : NAMES.map(() => []);
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
