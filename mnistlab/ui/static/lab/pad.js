/* The sketchpad: pointer (mouse, pen, finger) and keyboard, several strokes, undo. */
(function (lab) {
  const SIDE = 280; // pixels of the canvas, whatever its size on screen
  const GRID = 140; // what travels: half of that
  const HISTORY = 40;

  /**
   * Make a canvas a sketchpad. Its parent must be positioned: the keyboard's cross goes there.
   * `tag` is whatever the owner says the picture is ({test: 17}, say); a stroke makes it null, undo
   * brings it back. An `example` is wiped by the first stroke.
   * @param onChange called with (drawing: boolean), at most once a frame while a stroke is drawn.
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
    let queued = false;
    const key = { x: SIDE / 2, y: SIDE / 2, down: false };

    const wipe = () => {
      context.fillStyle = "#0b0b0b";
      context.fillRect(0, 0, SIDE, SIDE);
    };
    const tell = (drawing) => {
      if (!drawing) {
        onChange(false);
        return;
      }
      if (queued) return;
      queued = true;
      requestAnimationFrame(() => {
        queued = false;
        if (pointer !== null || key.down) onChange(true);
      });
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
      at = point;
      tell(true);
    };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const scale = SIDE / box.width;
      return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
    };

    canvas.addEventListener("pointerdown", (event) => {
      if (pointer !== null || event.button !== 0) return;
      pointer = event.pointerId;
      key.down = false;
      canvas.setPointerCapture(pointer);
      cross.hidden = true;
      begin(place(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) draw(place(move));
    });
    const lift = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      tell(false);
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
        else tell(false);
      } else if (event.key === "Escape" && key.down) {
        key.down = false;
        announce("Pen up");
        tell(false);
      } else return;
      showCross();
      event.preventDefault();
    });
    canvas.addEventListener("blur", () => {
      cross.hidden = true;
      if (!key.down) return;
      key.down = false;
      tell(false);
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
        const { data } = context.getImageData(0, 0, SIDE, SIDE);
        const ink = new Uint8Array(GRID * GRID);
        for (let y = 0; y < GRID; y++)
          for (let x = 0; x < GRID; x++) {
            const i = (y * 2 * SIDE + x * 2) * 4;
            const below = i + SIDE * 4;
            if (data[i] + data[i + 4] + data[below] + data[below + 4] > 510) ink[y * GRID + x] = 1;
          }
        return ink;
      },
      setBrush(width) {
        brush = width;
      },
      undo() {
        const last = history.pop();
        if (!last) return;
        context.putImageData(last.image, 0, 0);
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
