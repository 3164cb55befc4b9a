/* Bytes and numbers: base64, the run-length code of a drawing, figures as people read them. */
(function (lab) {
  const GRID = 140; // side of the raster that carries a drawing

  lab.toBytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  lab.toBase64 = (bytes) => {
    let text = "";
    for (let i = 0; i < bytes.length; i += 4096)
      text += String.fromCharCode(...bytes.subarray(i, i + 4096));
    return btoa(text);
  };
  /** Pixels as Python's `packed_text` sends them: a zero is followed by how many there are. */
  lab.unpack = (text) => {
    const packed = lab.toBytes(text);
    let size = 0;
    for (let i = 0; i < packed.length; i++) size += packed[i] === 0 ? packed[++i] : 1;
    const pixels = new Uint8Array(size);
    for (let i = 0, at = 0; i < packed.length; i++) {
      if (packed[i] === 0) at += packed[++i];
      else pixels[at++] = packed[i];
    }
    return pixels;
  };
  /** Signed bytes, as codes travel. */
  lab.toInt8 = (text) => new Int8Array(lab.unpack(text).buffer);

  /** Lengths of alternating paper and ink runs, paper first, 7 bits a byte, low bits first. */
  lab.encodeInk = (ink) => {
    const out = [];
    const put = (n) => {
      for (; n > 127; n >>>= 7) out.push((n & 127) | 128);
      out.push(n);
    };
    let colour = 0;
    let run = 0;
    for (const pixel of ink) {
      if (pixel !== colour) {
        put(run);
        colour = pixel;
        run = 0;
      }
      run++;
    }
    put(run);
    return lab.toBase64(Uint8Array.from(out));
  };
  /** The inverse: 140 x 140 of 0 and 1, or null where the text is not a drawing. */
  lab.decodeInk = (text) => {
    let bytes;
    try {
      bytes = lab.toBytes(text);
    } catch {
      return null;
    }
    const ink = new Uint8Array(GRID * GRID);
    let at = 0;
    let colour = 0;
    let run = 0;
    let shift = 0;
    for (const byte of bytes) {
      run |= (byte & 127) << shift;
      shift += 7;
      if (byte & 128) {
        if (shift > 14) return null;
        continue;
      }
      if (at + run > ink.length) return null;
      ink.fill(colour, at, (at += run));
      colour ^= 1;
      run = shift = 0;
    }
    return at === ink.length ? ink : null;
  };

  /** Two significant digits, as figures are shown everywhere: 0.060, 12, 130. */
  lab.two = (x) => {
    if (!Number.isFinite(x)) return "–";
    if (x === 0) return "0";
    const size = Math.floor(Math.log10(Math.abs(Number(x.toPrecision(2)))));
    if (size > 3) return lab.count(Number(x.toPrecision(2)));
    return Number(x.toPrecision(2)).toFixed(Math.min(8, Math.max(0, 1 - size))).replace("-", "−");
  };
  /** A share of 100; nothing here is so sure that it may be called all. */
  lab.percent = (x) => {
    if (x > 99) return ">99 %";
    if (x > 0 && x < 1) return "<1 %";
    return Math.round(x) + " %";
  };
  lab.count = (n) => n.toLocaleString("en-GB");
})(window.mnistlab);
