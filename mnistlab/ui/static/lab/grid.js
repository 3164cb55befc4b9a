/* A square of pictures on one canvas; the pointer and the arrow keys pick one of them. */
(function (lab) {
  /**
   * Make an empty element such a square.
   * @param name what is on it, for those who cannot see it ("VAE samples")
   * @param onPick called with the index of the picture that is looked at, also after every `show`
   */
  lab.grid = (frame, { name, onPick }) => {
    const canvas = document.createElement("canvas");
    const mark = document.createElement("i");
    canvas.className = "lab-digit";
    mark.hidden = true;
    frame.append(canvas, mark);
    frame.classList.add("lab-grid");
    frame.tabIndex = 0;
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", name + ": arrow keys go from one to the next");
    let count = 0;
    let side = 1;
    let at = 0;

    function pick(index) {
      at = Math.min(count - 1, Math.max(0, index));
      mark.hidden = false;
      const share = 100 / side;
      Object.assign(mark.style, {
        left: (at % side) * share + "%", top: Math.floor(at / side) * share + "%",
        width: share + "%", height: share + "%",
      });
      onPick(at);
    }
    function point(event) {
      if (!count) return;
      const box = frame.getBoundingClientRect();
      const cell = (offset, size) => Math.min(side - 1, Math.max(0, Math.floor((offset / size) * side)));
      const index = cell(event.clientY - box.top, box.height) * side + cell(event.clientX - box.left, box.width);
      if (index < count && index !== at) pick(index);
    }
    frame.addEventListener("pointermove", point);
    frame.addEventListener("pointerdown", point);
    frame.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side, Home: -at, End: count };
      const move = moves[event.key];
      if (move === undefined || !count) return;
      event.preventDefault();
      if (at + move >= 0 || event.key === "ArrowLeft") pick(at + move);
    });
    lab.paintBlank(canvas, name + ": nothing yet");
    return {
      canvas,
      /** Pictures one after the other, 784 bytes each. */
      show(bytes, text) {
        count = bytes.length / 784;
        side = Math.ceil(Math.sqrt(count));
        const sheet = new Uint8Array(side * side * 784);
        for (let i = 0; i < count; i++)
          for (let y = 0; y < 28; y++) {
            const row = (Math.floor(i / side) * 28 + y) * side * 28 + (i % side) * 28;
            sheet.set(bytes.subarray(i * 784 + y * 28, i * 784 + y * 28 + 28), row);
          }
        lab.paintDigit(canvas, sheet, text);
        pick(at);
      },
      pick,
    };
  };
})(window.mnistlab);
