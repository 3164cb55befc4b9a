/* The decoded grid of a map: which cell a code falls in, and what is decoded there, at once. */
(function (lab) {
  const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

  /**
   * @param map {centre, half, cells}, the window of a map and how many cells it has a side
   * @param pictures of the cells, row by row from the top left, 784 bytes each
   * @param counts how many test digits live in each cell
   */
  lab.cells = ({ centre, half, cells }, pictures, counts) => {
    /** The place of z in the grid, in cells from the top left; off the grid too. */
    const place = (z) => [
      ((z[0] - centre[0]) / half + 1) * cells / 2,
      (1 - (z[1] - centre[1]) / half) * cells / 2,
    ];
    return {
      /** How many test digits live in the cell of z; none off the grid. */
      count(z) {
        const [x, y] = place(z).map(Math.floor);
        return x >= 0 && y >= 0 && x < cells && y < cells ? counts[y * cells + x] : 0;
      },
      /** What is decoded at z, or nearly: the four nearest pictures of the grid, blended. */
      blend(z) {
        const last = cells - 1;
        const [u, v] = place(z).map((at) => clamp(at - 0.5, 0, last));
        const [left, top] = [u, v].map((at) => Math.min(last - 1, Math.floor(at)));
        const out = new Uint8Array(784);
        for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
          const share = (dx ? u - left : 1 - u + left) * (dy ? v - top : 1 - v + top);
          const start = ((top + dy) * cells + left + dx) * 784;
          for (let i = 0; i < 784; i++) out[i] += share * pictures[start + i];
        }
        return out;
      },
    };
  };

  /** The indices of the eight points nearest to z, the nearest first. @param points pairs in a row */
  lab.nearestTo = (z, points) => {
    const best = [];
    for (let i = 0; i < points.length / 2; i++) {
      const away = (points[2 * i] - z[0]) ** 2 + (points[2 * i + 1] - z[1]) ** 2;
      if (best.length === 8 && away >= best[7].away) continue;
      best.push({ i, away });
      best.sort((a, b) => a.away - b.away).length = Math.min(8, best.length);
    }
    return best.map(({ i }) => i);
  };
})(window.mnistlab);
