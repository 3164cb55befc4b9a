/* An end of a walk: a small pad that shows your digit, a drawing of its own or a test digit. */
(function (lab) {
  const packed = (text) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const spread = (text) => text.replaceAll("-", "+").replaceAll("_", "/");

  /**
   * Add an end to `parent`; `?a=test:17`, `?a=ink:...` and `?a=mine` say what it shows.
   * @param id its name in the address; in capitals its name on the page
   * @param otherwise "mine", or the class of a test digit
   * @param nextOf async (digit, after): the index of the next test digit of a class
   * @param change called when the end is another one
   * @returns {request, nothing, show}: what to send, null while there is nothing; why there is
   *   nothing, in a sentence; `show({picture, label})` what the server made of it
   */
  lab.end = (parent, { id, otherwise, nextOf, change }) => {
    const name = id.toUpperCase();
    const card = document.createElement("div");
    card.className = "end";
    card.innerHTML = `
      <h2>${name}<span></span></h2>
      <div class="board"><canvas tabindex="0" role="application" aria-label="Sketchpad ${name}: arrow keys move, space puts the pen down and lifts it"></canvas></div>
      <div class="from"><select aria-label="${name} comes from">
        <option value="mine">Your digit</option><option value="ink">Drawing</option>
        ${[...Array(10).keys()].map((digit) => `<option value="${digit}">Test ${digit}</option>`).join("")}
      </select><button type="button" aria-label="Next test digit for ${name}">Next</button></div>`;
    parent.append(card);
    const from = card.querySelector("select");
    const what = card.querySelector("span");
    const example = { example: true, remember: false };
    const end = { request: null, nothing: "", show };

    const pad = lab.pad(card.querySelector("canvas"), {
      onChange(drawing) {
        const ink = pad.ink();
        const text = lab.encodeInk(ink);
        drawn(ink.some(Boolean) ? text : null);
        if (!drawing) lab.query.set(id, end.request ? "ink:" + packed(text) : null);
        change();
      },
    });
    function drawn(text) {
      from.value = "ink";
      what.textContent = text ? "your drawing" : "blank";
      end.request = text ? { ink: text } : null;
      end.nothing = `Draw a digit on pad ${name}: it is blank.`;
    }
    function mine() {
      const { digit } = lab.store;
      what.textContent = digit ? "your digit" : "blank";
      end.request = digit && { digit: lab.toBase64(digit) };
      end.nothing = `Draw a digit on the Draw tab, or on pad ${name}: both are blank.`;
      pad.show(digit ?? new Uint8Array(784), example);
      change();
    }
    async function choose(value, after = -1) {
      from.value = value;
      if (value === "mine") {
        lab.query.set(id, "mine");
        mine();
      } else if (value === "ink") pad.clear();
      else {
        const index = await nextOf(value, after);
        if (index === null || from.value !== value) return;
        end.request = { test: index };
        lab.query.set(id, "test:" + index);
        change();
      }
    }
    function show({ picture, label }) {
      if (end.request?.test === undefined) return;
      from.value = label;
      what.textContent = "test digit " + end.request.test;
      pad.show(lab.unpack(picture), example);
    }
    from.addEventListener("change", () => choose(from.value));
    card.querySelector("button").addEventListener("click", () => {
      const digit = /^[0-9]$/.test(from.value) ? from.value : String(Math.floor(Math.random() * 10));
      choose(digit, end.request?.test ?? -1);
    });

    const wanted = lab.query.get(id, "");
    const number = /^test:(\d{1,6})$/.exec(wanted);
    const ink = wanted.startsWith("ink:") && lab.decodeInk(spread(wanted.slice(4)));
    if (number) {
      from.value = "0"; // the answer says of which class it is
      end.request = { test: Number(number[1]) };
    } else if (ink) {
      drawn(lab.encodeInk(ink));
      pad.show(ink, { remember: false });
    } else from.value = wanted === "mine" ? "mine" : otherwise;
    if (/^[0-9]$/.test(from.value) && !end.request) choose(from.value);
    lab.store.follow(card, () => from.value === "mine" && mine());
    return end;
  };
})(window.mnistlab);
