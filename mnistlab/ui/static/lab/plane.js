/* A plane of codes on a canvas: what lies still, what moves with the point, and the hands on it. */
(function (lab) {
  const GROUND = "#0b0b0b";
  const FONT = "12px system-ui, -apple-system, 'Segoe UI', sans-serif";
  const LIGHT = "#f4f5f7";
  const SCALE = "#a9adb5"; // 8:1 on the ground
  const FAINT = 0.1;
  const SHEET = 0.42; // of the decoded grid below markers

  const INK = { lived: [236, 238, 240], hole: [255, 157, 58], ground: [11, 11, 11], glow: [26, 104, 108] };
  const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);

  const sprites = new Map();
  /** A marker drawn once for each class and size. */
  function sprite(digit, radius, ratio) {
    const key = [digit, radius, ratio].join();
    if (!sprites.has(key)) {
      const side = Math.ceil(2 * (radius + 2) * ratio);
      const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
      lab.drawMarker(canvas.getContext("2d"), digit, side / 2, side / 2, radius * ratio);
      sprites.set(key, canvas);
    }
    return sprites.get(key);
  }

  lab.plane = {
    /** The density of all digits and the decoded grid as pictures, and the digits in each cell of it. */
    sheets(data, pictures) {
      const counts = inCells(data.counts, data.cells);
      return { counts, grid: gridSheet(data.cells, pictures, counts), density: densitySheet(data.counts) };
    },

    /** Sheets, markers and axes: all that depends on the view and not on the point. */
    still(context, { box, frame, toScreen, view, only, sheets, whole, points, labels }) {
      const { left, top, side } = box;
      const ratio = context.getTransform().a;
      context.fillStyle = GROUND;
      context.fillRect(0, 0, box.width, box.width);
      context.save();
      context.beginPath();
      context.rect(left, top, side, side);
      context.clip();
      const [x, y] = toScreen([whole.z[0] - whole.half, whole.z[1] + whole.half]);
      const span = (whole.half / frame.half) * side;
      if (view === "digits") context.drawImage(sheets.density, x, y, span, span);
      else {
        context.imageSmoothingEnabled = span * ratio < sheets.grid.width * 1.5;
        context.imageSmoothingQuality = "high";
        context.globalAlpha = view === "both" ? SHEET : 1;
        context.drawImage(sheets.grid, x, y, span, span);
      }
      if (view !== "grid") markers(context, { toScreen, only, points, labels, ratio, zoom: span / side });
      context.restore();
      axes(context, box, frame);
    },

    /** Rings round the nearest digits, your digit with its posterior, and the point. */
    moving(context, { box, frame, toScreen, points, labels, nearest, yours, probe, mine }) {
      const { left, top, side } = box;
      context.save();
      context.beginPath();
      context.rect(left, top, side, side);
      context.clip();
      context.strokeStyle = LIGHT;
      context.lineWidth = 1.5;
      for (const i of nearest) {
        const [x, y] = toScreen([points[2 * i], points[2 * i + 1]]);
        lab.drawMarker(context, labels[i], x, y, 4.5);
        ring(context, x, y, 7.5);
      }
      if (yours) ofYours(context, toScreen, yours, side / (2 * frame.half));
      if (probe) {
        const [x, y] = toScreen(probe.z);
        context.globalAlpha = mine ? 1 : 0.6;
        for (const [colour, width] of [[GROUND, 5], ["#63cbbf", 2.5]]) {
          context.strokeStyle = colour;
          context.lineWidth = width;
          ring(context, x, y, 9);
          if (!probe.pinned) continue;
          context.beginPath();
          for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
            context.moveTo(x + 9 * dx, y + 9 * dy);
            context.lineTo(x + 15 * dx, y + 15 * dy);
          }
          context.stroke();
        }
      }
      context.restore();
    },

    /**
     * Pointer, wheel, two fingers and keys.
     * @param canvas the plane @param does
     *   at(event)        the code under the pointer
     *   hover(z)         the pointer passes @param place(z) it was put down
     *   drag(from, to)   the ground is pulled
     *   zoom(factor, z)  about z; 0 shows the whole
     *   step([dx, dy], far), home()
     */
    hands(canvas, does) {
      const down = new Map(); // pointers that touch: {x, y, z, moved}
      const spread = () => {
        const [a, b] = [...down.values()];
        return Math.hypot(a.x - b.x, a.y - b.y);
      };
      const on = (name, handler) => canvas.addEventListener(name, handler, { passive: false });
      on("pointerdown", (event) => {
        if (event.button) return;
        try {
          canvas.setPointerCapture(event.pointerId);
        } catch {
          /* the pointer may be gone already */
        }
        down.set(event.pointerId, { x: event.clientX, y: event.clientY, z: does.at(event), moved: down.size > 0 });
        for (const other of down.values()) other.moved ||= down.size > 1;
      });
      on("pointermove", (event) => {
        const start = down.get(event.pointerId);
        if (!start) return event.pointerType === "mouse" && does.hover(does.at(event));
        if (down.size > 1) {
          const before = spread();
          Object.assign(start, { x: event.clientX, y: event.clientY });
          if (spread() > 0) does.zoom(before / spread(), does.at(event));
          return;
        }
        if (event.pointerType !== "mouse") return start.moved || does.place(does.at(event));
        if (!start.moved && Math.hypot(event.clientX - start.x, event.clientY - start.y) < 5) return;
        start.moved = true;
        canvas.classList.add("dragging");
        does.drag(start.z, does.at(event));
      });
      on("pointerup", (event) => {
        const start = down.get(event.pointerId);
        if (start && !start.moved) does.place(does.at(event));
        forget(event);
      });
      const forget = (event) => {
        down.delete(event.pointerId);
        canvas.classList.remove("dragging");
      };
      on("pointercancel", forget);
      on("wheel", (event) => {
        // the page scrolls past a plane that nobody has clicked
        if (document.activeElement !== canvas && !event.ctrlKey) return;
        event.preventDefault();
        does.zoom(Math.exp(Math.sign(event.deltaY) * 0.16), does.at(event));
      });
      on("keydown", (event) => {
        const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key in arrows) does.step(arrows[event.key], event.shiftKey);
        else if (event.key === "+" || event.key === "=") does.zoom(0.7);
        else if (event.key === "-") does.zoom(1.43);
        else if (event.key === "0") does.zoom(0);
        else if (event.key === "Escape") does.home();
        else return;
        event.preventDefault();
      });
    },
  };

  function painted(side, colourAt) {
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    for (let i = 0; i < side * side; i++) image.data.set(colourAt(i % side, Math.floor(i / side)), i * 4);
    context.putImageData(image, 0, 0);
    return canvas;
  }
  /** White ink where digits live, on a glow of how many; orange ink where none does. */
  function gridSheet(cells, pictures, counts) {
    const most = Math.max(...counts, 1);
    const grounds = counts.map((count) => mix(INK.ground, INK.glow, Math.sqrt(count / most)));
    return painted(cells * 28, (x, y) => {
      const cell = Math.floor(y / 28) * cells + Math.floor(x / 28);
      const ink = pictures[cell * 784 + (y % 28) * 28 + (x % 28)] / 255;
      return [...mix(grounds[cell], counts[cell] ? INK.lived : INK.hole, ink), 255];
    });
  }
  function densitySheet(counts) {
    const side = Math.sqrt(counts.length);
    const most = Math.max(...counts, 1);
    return painted(side, (x, y) => [...INK.glow, 255 * Math.sqrt(counts[y * side + x] / most)]);
  }
  /** Digits in each cell of the decoded grid, from the finer counts of the density. */
  function inCells(counts, cells) {
    const side = Math.sqrt(counts.length);
    const out = new Array(cells * cells).fill(0);
    counts.forEach((count, i) => {
      const [row, column] = [Math.floor(i / side), i % side].map((at) => Math.floor((at * cells) / side));
      out[row * cells + column] += count;
    });
    return out;
  }

  function markers(context, { toScreen, only, points, labels, ratio, zoom }) {
    const radius = Math.min(5, 2.6 + 0.9 * Math.log2(Math.max(1, zoom)));
    const draw = (chosen) => {
      for (let i = 0; i < labels.length; i++) {
        if ((only === null || labels[i] === only) !== chosen) continue;
        const [x, y] = toScreen([points[2 * i], points[2 * i + 1]]);
        const marker = sprite(labels[i], radius, ratio);
        const size = marker.width / ratio;
        context.drawImage(marker, x - size / 2, y - size / 2, size, size);
      }
    };
    context.globalAlpha = FAINT;
    if (only !== null) draw(false);
    context.globalAlpha = 0.9;
    draw(true);
  }

  function axes(context, { left, top, side }, frame) {
    const bottom = top + side;
    context.save();
    context.strokeStyle = "#5a5e66";
    context.fillStyle = SCALE;
    context.lineWidth = 1;
    context.font = FONT;
    context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
    const say = (v) => String(v).replace("-", "−");
    const share = (v, i) => ((v - frame.z[i]) / frame.half + 1) / 2;
    const ticks = (i) => lab.ticks(frame.z[i] - frame.half, frame.z[i] + frame.half, side < 300 ? 4 : 6);
    context.beginPath();
    context.textAlign = "center";
    for (const v of ticks(0)) {
      const x = left + share(v, 0) * side;
      context.moveTo(x, bottom - 1);
      context.lineTo(x, bottom - 6);
      if (x > left + 10 && x < left + side - 26) context.fillText(say(v), x, bottom + 14);
    }
    context.textAlign = "right";
    for (const v of ticks(1)) {
      const y = bottom - share(v, 1) * side;
      context.moveTo(left + 1, y);
      context.lineTo(left + 6, y);
      if (y > top + 22 && y < bottom - 4) context.fillText(say(v), left - 5, y + 4);
    }
    context.stroke();
    context.fillStyle = LIGHT;
    context.font = "600 " + FONT;
    context.fillText("z2", left - 5, top + 12);
    context.fillText("z1", left + side, bottom + 14);
    context.restore();
  }

  function ring(context, x, y, radius) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  /** A filled spot in a ring, and the posterior at one and two standard deviations. */
  function ofYours(context, toScreen, { z, sd }, scale) {
    const [x, y] = toScreen(z);
    context.strokeStyle = LIGHT;
    for (const times of sd ? [1, 2] : []) {
      context.lineWidth = 1.5;
      context.setLineDash(times === 2 ? [4, 3] : []);
      context.beginPath();
      context.ellipse(x, y, times * sd[0] * scale, times * sd[1] * scale, 0, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    context.font = "600 " + FONT;
    context.lineWidth = 4;
    context.strokeStyle = GROUND;
    context.fillStyle = LIGHT;
    context.strokeText("you", x + 8, y - 8);
    context.fillText("you", x + 8, y - 8);
    context.beginPath();
    context.arc(x, y, 3.5, 0, 2 * Math.PI);
    context.fill();
  }
})(window.mnistlab);
