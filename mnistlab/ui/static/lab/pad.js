/* The sketchpad: pointer (mouse, pen, finger) and keyboard, several strokes, undo. */
(function (lab) {
  const SIDE = 280; // pixels of the canvas, whatever its size on screen
  const GRID = 140; // what travels: half of that
  const HISTORY = 40;
  const EVERYWHERE = [0, 0, GRID, GRID];
  const NOWHERE = [GRID, GRID, 0, 0];

  /**
   * Make a canvas a sketchpad. Its parent must be positioned: the keyboard's cross goes there.
   * `tag` is whatever the owner says the picture is ({test: 17}, say); a stroke makes it null, undo
   * brings it back. An `example` is wiped by the first stroke.
   * @param onChange called with (drawing: boolean), at every move while a stroke is drawn.
   */
  lab.pad = (canvas, { onChange, announce = () => {} }) => {
    canvas.width = canvas.height = SIDE;
    canvas.style.touchAction = "none"; // the page must not scroll under a finger that draws
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const cross = document.createElement("span");
    cross.className = "lab-pad-cross";
    canvas.after(cross);
    let history = [];
    let brush = 22;
    let example = false;
    let pointer = null; // id of the finger or mouse that draws
    let at = null;
    const key = { x: SIDE / 2, y: SIDE / 2, down: false };

    const ink = new Uint8Array(GRID * GRID); // as it was last read
    let changed = EVERYWHERE; // since then: left, top, right and bottom on the grid
    const change = ([x, y], [u, v], reach) => {
      const low = (a, b) => Math.max(0, Math.floor((Math.min(a, b) - reach) / 2));
      const high = (a, b) => Math.min(GRID, Math.ceil((Math.max(a, b) + reach) / 2));
      const [left, top, right, bottom] = changed;
      changed = [Math.min(left, low(x, u)), Math.min(top, low(y, v)), Math.max(right, high(x, u)), Math.max(bottom, high(y, v))];
    };

    const wipe = () => {
      changed = EVERYWHERE;
      context.fillStyle = "#0b0b0b";
      context.fillRect(0, 0, SIDE, SIDE);
    };
    const remember = () => {
      const image = context.getImageData(0, 0, SIDE, SIDE);
      history.push({ image, tag: pad.tag, example });
      if (history.length > HISTORY) history.shift();
    };
    const begin = (point) => {
      remember();
      if (example) wipe();
      example = false;
      pad.tag = null;
      at = point;
      draw(point);
    };
    const draw = (point) => {
      context.strokeStyle = "#fff";
      context.lineWidth = brush;
      context.lineCap = context.lineJoin = "round";
      context.beginPath();
      context.moveTo(at.x, at.y);
      context.lineTo(point.x + 0.01, point.y);
      context.stroke();
      change([at.x, at.y], [point.x, point.y], brush / 2 + 2);
      at = point;
      onChange(true);
    };
    let box = null; // where the canvas is; to ask lays out the page, so it is asked once a stroke
    for (const name of ["scroll", "resize"])
      window.addEventListener(name, () => (box = null), { capture: true, passive: true });
    const place = (event) => {
      box ??= canvas.getBoundingClientRect();
      const scale = SIDE / box.width;
      return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
    };

    canvas.addEventListener("pointerdown", (event) => {
      if (pointer !== null || event.button !== 0) return;
      pointer = event.pointerId;
      box = null;
      key.down = false;
      canvas.setPointerCapture(pointer);
      cross.hidden = true;
      begin(place(event));
    });
    // where it is known, the event that does not wait for the next frame
    const MOVE = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
    canvas.addEventListener(MOVE, (event) => {
      if (event.pointerId !== pointer) return;
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) draw(place(move));
    });
    const lift = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      onChange(false);
    };
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"])
      canvas.addEventListener(name, lift);

    const showCross = () => {
      cross.hidden = false;
      cross.style.left = (100 * key.x) / SIDE + "%";
      cross.style.top = (100 * key.y) / SIDE + "%";
      cross.classList.toggle("down", key.down);
    };
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    canvas.addEventListener("keydown", (event) => {
      const move = arrows[event.key];
      if (move) {
        const step = event.shiftKey ? 3 : 9;
        key.x = Math.min(SIDE - 10, Math.max(10, key.x + move[0] * step));
        key.y = Math.min(SIDE - 10, Math.max(10, key.y + move[1] * step));
        if (key.down) draw({ x: key.x, y: key.y });
      } else if (event.key === " " && !event.repeat) {
        key.down = !key.down;
        announce(key.down ? "Pen down" : "Pen up");
        if (key.down) begin({ x: key.x, y: key.y });
        else onChange(false);
      } else if (event.key === "Escape" && key.down) {
        key.down = false;
        announce("Pen up");
        onChange(false);
      } else return;
      showCross();
      event.preventDefault();
    });
    canvas.addEventListener("blur", () => {
      cross.hidden = true;
      if (!key.down) return;
      key.down = false;
      onChange(false);
    });
    cross.hidden = true;

    const put = (paint, options) => {
      if (options.remember !== false) remember();
      wipe();
      paint();
      pad.tag = options.tag ?? null;
      example = options.example ?? false;
    };
    const pad = {
      tag: null,
      get canUndo() {
        return history.length > 0;
      },
      get isExample() {
        return example;
      },
      /** 140 x 140 of 0 and 1. */
      ink() {
        const [left, top, right, bottom] = changed;
        changed = NOWHERE;
        if (right <= left) return ink.slice();
        const width = 2 * (right - left);
        const { data } = context.getImageData(2 * left, 2 * top, width, 2 * (bottom - top));
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) {
            const i = ((y - top) * width + x - left) * 8;
            const below = i + width * 4;
            const sum = data[i] + data[i + 4] + data[below] + data[below + 4];
            ink[y * GRID + x] = sum > 510 ? 1 : 0;
          }
        return ink.slice();
      },
      setBrush(width) {
        brush = width;
      },
      undo() {
        const last = history.pop();
        if (!last) return;
        context.putImageData(last.image, 0, 0);
        changed = EVERYWHERE;
        pad.tag = last.tag;
        example = last.example;
        onChange(false);
      },
      clear() {
        remember();
        wipe();
        pad.tag = null;
        example = false;
        onChange(false);
      },
      /** Paint a square picture (28 x 28 of 0..255, or 140 x 140 of 0 and 1), pixel by pixel.
       *  @param options tag, example, remember (false keeps it out of the undo history) */
      show(bytes, options = {}) {
        const side = Math.sqrt(bytes.length);
        const size = SIDE / side;
        const full = side === GRID ? 255 : 1;
        put(() => {
          for (let i = 0; i < bytes.length; i++) {
            if (!bytes[i]) continue;
            const v = Math.max(11, bytes[i] * full);
            context.fillStyle = "rgb(" + v + "," + v + "," + v + ")";
            context.fillRect((i % side) * size, Math.floor(i / side) * size, size, size);
          }
        }, options);
      },
      /** Draw strokes, lists of [x, y] in pixels of 280, with the brush. */
      strokes(lines, options = {}) {
        put(() => {
          context.strokeStyle = "#fff";
          context.lineWidth = brush;
          context.lineCap = context.lineJoin = "round";
          for (const line of lines) {
            context.beginPath();
            line.forEach(([x, y]) => context.lineTo(x, y));
            context.stroke();
          }
        }, options);
      },
    };
    wipe();
    return pad;
  };
})(window.mnistlab);
