/* Taking in a picture that somebody uploads or pastes. */
(function (lab) {
  const SIDE = 640; // a phone's photograph is made this small before it travels
  const LIMIT = 2_000_000; // bytes; the server takes no more

  async function smaller(file) {
    const bitmap = await createImageBitmap(file); // turned as its camera says
    const scale = SIDE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1 && file.size < LIMIT) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }
  /** A picture file as base64, small enough to send. What the browser cannot read goes as it is:
   *  the server knows more formats, and says what is wrong with the rest. */
  lab.pictureText = async (file) => {
    let small = file;
    try {
      small = (await smaller(file)) ?? file;
    } catch {
      /* sent as it is */
    }
    if (small.size > LIMIT) throw new Error("That picture is larger than 2 MB: save it smaller.");
    return lab.toBase64(new Uint8Array(await small.arrayBuffer()));
  };
})(window.mnistlab);
