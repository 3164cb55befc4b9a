/* "Download this result": picture, record and the snippet that reproduces it, in one zip. */
(function (lab) {
  const encoder = new TextEncoder();
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  const crc32 = (bytes) => {
    let crc = -1;
    for (const byte of bytes) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
    return ~crc >>> 0;
  };
  const header = (signature, fields) => {
    const bytes = new DataView(new ArrayBuffer(4 + fields.reduce((n, [size]) => n + size, 0)));
    bytes.setUint32(0, signature, true);
    let at = 4;
    for (const [size, value] of fields) {
      if (size === 2) bytes.setUint16(at, value, true);
      else bytes.setUint32(at, value, true);
      at += size;
    }
    return new Uint8Array(bytes.buffer);
  };
  /** A zip without compression. @param files {name: string | Uint8Array} */
  lab.zip = (files) => {
    const parts = [];
    const entries = [];
    let at = 0;
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? encoder.encode(content) : content;
      const title = encoder.encode(name);
      // version, flags (utf-8 names), method, time, date (1 January 1980), sum, two sizes, two lengths
      const common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, crc32(bytes)],
        [4, bytes.length], [4, bytes.length], [2, title.length], [2, 0]];
      const local = header(0x04034b50, common);
      parts.push(local, title, bytes);
      entries.push(header(0x02014b50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), title);
      at += local.length + title.length + bytes.length;
    }
    const size = entries.reduce((n, part) => n + part.length, 0);
    const count = entries.length / 2;
    const end = header(0x06054b50, [[2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]]);
    return new Blob([...parts, ...entries, end], { type: "application/zip" });
  };

  /** Hand a file to the visitor. @param content a Blob, text or bytes */
  lab.download = (name, content, type = "application/octet-stream") => {
    const blob = content instanceof Blob ? content : new Blob([content], { type });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  /** Canvases side by side with their titles, as PNG bytes. @param pictures [{title, canvas}] */
  lab.sheet = async (pictures, { columns = 6, side = 112 } = {}) => {
    const [gap, line] = [12, 18];
    const across = Math.min(columns, pictures.length);
    const sheet = document.createElement("canvas");
    sheet.width = gap + across * (side + gap);
    sheet.height = gap + Math.ceil(pictures.length / across) * (side + line + gap);
    const context = sheet.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.imageSmoothingEnabled = false;
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = "#1c1e21";
    pictures.forEach(({ title, canvas }, i) => {
      const x = gap + (i % across) * (side + gap);
      const y = gap + Math.floor(i / across) * (side + line + gap);
      context.drawImage(canvas, x, y, side, side);
      context.fillText(title, x, y + side + 13, side);
    });
    const blob = await new Promise((done) => sheet.toBlob(done, "image/png"));
    return new Uint8Array(await blob.arrayBuffer());
  };

  /**
   * One zip: picture.png, result.json and reproduce.py.
   * @param name of the file, without ".zip" @param pictures for lab.sheet
   * @param record input, seed, weights revision, figures @param snippet Python that repeats it
   */
  lab.saveResult = async (name, { pictures, record, snippet, sheet }) => {
    const files = {
      "picture.png": await lab.sheet(pictures, sheet),
      "result.json": JSON.stringify(record, null, 1) + "\n",
      "reproduce.py": snippet,
    };
    lab.download(name + ".zip", lab.zip(files));
  };
})(window.mnistlab);
