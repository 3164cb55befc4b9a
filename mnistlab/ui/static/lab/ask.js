/* Asking the server: one request in flight, newest wins, every failure said in words. */
(function (lab) {
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const LOST =
    "The lab did not answer. Your digit is safe here; check the connection and try again.";

  /** Wrap a `<p class="lab-status" aria-live="polite">`; its height is kept, so nothing jumps. */
  lab.status = (element) => {
    const put = (text, kind) => {
      if (element.textContent !== text) element.textContent = text;
      element.dataset.kind = kind;
    };
    return {
      say: (text) => put(text, "note"),
      fail: (text) => put(text, "problem"),
      wake: () => put("Waking the networks …", "waking"),
      clear: () => element.dataset.kind !== "note" && put("", ""),
    };
  };

  // A token of this page, by which the server keeps its visitors apart and serves them in turn.
  const visitor = lab.toBase64(crypto.getRandomValues(new Uint8Array(12)));

  async function once(fn, request) {
    try {
      return (await fn({ ...request, visitor })) ?? { error: LOST };
    } catch {
      return { error: LOST };
    }
  }
  const sleeping = (on) => document.body.classList.toggle("lab-waking", on);

  /**
   * For what moves: returns `call(request)`. While a request is in flight only the newest waiting one
   * is kept, so answers arrive in order and an old one never overwrites a newer. `call.cancel()` forgets
   * whatever is under way (after "clear", say).
   * @param fn a server function. @param show called with (answer, request).
   */
  lab.caller = (fn, { status, show, failed = () => {} }) => {
    let newest = null;
    let running = false;
    let era = 0;
    async function run() {
      running = true;
      while (newest) {
        const request = newest;
        const started = era;
        newest = null;
        const answer = await once(fn, request);
        if (started !== era || answer.overtaken) continue;
        if (answer.waking) {
          newest = newest ?? request;
          status.wake();
          sleeping(true);
          await sleep(100);
          if (started !== era && newest === request) newest = null;
          continue;
        }
        sleeping(false);
        if (answer.error) {
          if (newest) continue;
          status.fail(answer.error);
          failed(answer.error, request);
        } else {
          status.clear();
          show(answer, request);
        }
      }
      running = false;
    }
    const call = (request) => {
      newest = request;
      if (!running) run();
    };
    call.cancel = () => {
      era++;
      newest = null;
      sleeping(false);
      status.clear();
    };
    return call;
  };

  /** For what happens once: the answer, or null after the status line has said why not. */
  lab.ask = async (fn, request, status) => {
    for (;;) {
      const answer = await once(fn, request);
      if (answer.waking) {
        status.wake();
        sleeping(true);
        await sleep(100);
        continue;
      }
      sleeping(false);
      if (answer.error) {
        status.fail(answer.error);
        return null;
      }
      status.clear();
      return answer;
    }
  };
})(window.mnistlab);
