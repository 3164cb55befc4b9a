/* Line charts as inline SVG: a curve a model, its name at the line's end, "you are here". */
(function (lab) {
  const MARGIN = { left: 46, top: 12, bottom: 38 };
  const LETTER = 6.8; // about the width of one at 12 px
  const escape = (text) =>
    String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  /** About `count` round numbers that span low to high. */
  lab.ticks = (low, high, count = 5) => {
    const rough = (high - low) / count || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999);
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
      ticks.push(Number((k * step).toPrecision(12)));
    return ticks;
  };

  /** The powers of ten between two exponents, with their doubles and halves where they are few. */
  lab.logTicks = (low, high) => {
    const ticks = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power++)
      for (const m of [1, 2, 5]) ticks.push(Number((m * 10 ** power).toPrecision(1)));
    const inside = ticks.filter((v) => Math.log10(v) >= low - 1e-9 && Math.log10(v) <= high + 1e-9);
    const powers = inside.filter((v) => Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6));
    return powers.length > 2 ? powers : inside;
  };

  const roundBelow = (v) => {
    const power = 10 ** Math.floor(Math.log10(v) + 1e-9);
    return power * [5, 2, 1].find((m) => m * power <= v * (1 + 1e-9));
  };

  /** Push labels apart so that none covers another; keeps their order. */
  function spread(labels, gap, low, high) {
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, i) => {
      label.at = Math.max(label.y, low, i ? labels[i - 1].at + gap : low);
    });
    for (let i = labels.length - 1, roof = high; i >= 0; i--) {
      labels[i].at = Math.min(labels[i].at, roof);
      roof = labels[i].at - gap;
    }
    return labels;
  }

  /**
   * Draw curves into `element` and keep them fitted to its width.
   * @param options
   *   label   what the picture shows, for those who cannot see it
   *   x, y    {label, low, high, log: false, format}   bounds default to the data
   *   curves  [{id, name, points: [[x, y], ...], dashed, faint}]   id names the colour (see lab.colour)
   *   marks   [{x, label}]   vertical lines, such as the training level
   *   height  in CSS pixels, 280 unless told
   *   onPick  called with x when the chart is clicked or dragged over
   * @returns {update(options), here(x, label)}: `here` moves the "you are here" line, null hides it
   */
  lab.lineChart = (element, options) => {
    let state = options;
    let here = null;
    let scale = null;
    element.classList.add("lab-chart");

    function bounds(axis, index) {
      const values = state.curves.flatMap((c) => c.points.map((p) => p[index]));
      const low = axis.low ?? Math.min(...values);
      const high = axis.high ?? Math.max(...values);
      if (axis.log && axis.low === undefined) return [roundBelow(low), high]; // so that the foot has a figure
      return low < high ? [low, high] : [low - 0.5, high + 0.5];
    }
    function draw() {
      const width = Math.max(260, element.clientWidth);
      const height = state.height ?? 280;
      const longest = Math.max(0, ...state.curves.map((c) => (c.name ?? "").length));
      const [left, right] = [MARGIN.left, width - 16 - longest * LETTER];
      const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
      const forward = (axis) => (axis.log ? Math.log10 : Number);
      const [x0, x1] = bounds(state.x, 0).map(forward(state.x));
      const [y0, y1] = bounds(state.y, 1).map(forward(state.y));
      const px = (v) => left + ((forward(state.x)(v) - x0) / (x1 - x0)) * (right - left);
      const py = (v) => bottom - ((forward(state.y)(v) - y0) / (y1 - y0)) * (bottom - top);
      scale = { px, top, bottom, left, right, x0, x1, log: state.x.log };
      const ticks = (axis, a, b, n) =>
        axis.log ? lab.logTicks(a, b) : lab.ticks(a, b, n);
      const say = (axis, v) => escape(axis.format ? axis.format(v) : String(v).replace("-", "−"));

      const grid = ticks(state.y, y0, y1, 5).map((v) => {
        const y = py(v).toFixed(1);
        return `<path class="grid" d="M${left} ${y}H${right}"/>
          <text class="tick" x="${left - 7}" y="${y}" dy=".32em" text-anchor="end">${say(state.y, v)}</text>`;
      });
      const below = ticks(state.x, x0, x1, width < 480 ? 4 : 7).map(
        (v) => `<text class="tick" x="${px(v).toFixed(1)}" y="${bottom + 15}" text-anchor="middle">${say(state.x, v)}</text>`,
      );
      const marks = (state.marks ?? []).map(
        (m) => `<path class="mark" d="M${px(m.x).toFixed(1)} ${top}V${bottom}"/>
          <text class="mark-label" x="${(px(m.x) + 4).toFixed(1)}" y="${top + 9}">${escape(m.label)}</text>`,
      );
      const lines = state.curves.map((c) => {
        const d = c.points.map((p, i) => `${i ? "L" : "M"}${px(p[0]).toFixed(1)} ${py(p[1]).toFixed(1)}`);
        const kind = "curve" + (c.dashed ? " dashed" : "") + (c.faint ? " faint" : "");
        return `<path class="${kind}" style="stroke:${lab.colour(c.id)}" d="${d.join("")}"><title>${escape(c.name)}</title></path>`;
      });
      const ends = state.curves
        .filter((c) => c.points.length && c.name)
        .map((c) => ({ ...c, y: py(c.points.at(-1)[1]), x: px(c.points.at(-1)[0]) }));
      const labels = spread(ends, 13, top + 4, bottom).map(
        (c) => `<path class="lead" d="M${c.x.toFixed(1)} ${c.y.toFixed(1)}L${right + 8} ${c.at.toFixed(1)}" style="stroke:${lab.colour(c.id)}"/>
          <text class="name" x="${right + 11}" y="${c.at.toFixed(1)}" dy=".32em" style="fill:${lab.colour(c.id)}">${escape(c.name)}</text>`,
      );
      element.innerHTML = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(state.label)}">
        ${grid.join("")}<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>${below.join("")}
        <text class="axis-label" x="${(left + right) / 2}" y="${height - 4}" text-anchor="middle">${escape(state.x.label)}</text>
        <text class="axis-label" transform="translate(11 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(state.y.label)}</text>
        ${marks.join("")}${lines.join("")}${labels.join("")}
        <g class="here" visibility="hidden"><path d="M0 ${top}V${bottom}"/><text y="${bottom - 6}"></text></g></svg>`;
      place();
    }
    function place() {
      const group = element.querySelector(".here");
      if (!group) return;
      group.setAttribute("visibility", here ? "visible" : "hidden");
      if (!here) return;
      const x = Math.min(scale.right, Math.max(scale.left, scale.px(here.x)));
      group.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
      const text = group.querySelector("text");
      text.textContent = here.label;
      const late = x > (scale.left + scale.right) / 2;
      text.setAttribute("text-anchor", late ? "end" : "start");
      text.setAttribute("x", late ? -5 : 5);
    }
    function pick(event) {
      if (!state.onPick || !scale || (event.type === "pointermove" && !event.buttons)) return;
      const box = element.getBoundingClientRect();
      const share = (event.clientX - box.left - scale.left) / (scale.right - scale.left);
      const value = scale.x0 + Math.min(1, Math.max(0, share)) * (scale.x1 - scale.x0);
      state.onPick(scale.log ? 10 ** value : value);
    }
    element.addEventListener("pointerdown", pick);
    element.addEventListener("pointermove", pick);
    let width = 0;
    new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      if (width) draw();
    }).observe(element);
    return {
      update(changes) {
        state = { ...state, ...changes };
        if (element.clientWidth) draw();
      },
      here(x, label = "you are here") {
        here = x === null ? null : { x, label };
        place();
      },
    };
  };
})(window.mnistlab);
