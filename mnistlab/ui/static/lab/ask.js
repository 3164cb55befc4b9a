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
   * For what moves: returns `call(request)`. While a request is in flight only the newest that waits is
   * kept, so answers arrive in order and an old one never overwrites a newer. The next leaves before an
   * answer is shown: the server need not wait for the page. `call.cancel()` forgets whatever is under
   * way (after "clear", say).
   * @param fn a server function. @param show called with (answer, request). A request may be given as
   *   a function that makes it when it leaves, where making it takes time.
   */
  lab.caller = (fn, { status, show, failed = () => {} }) => {
    let newest = null;
    let flying = false;
    let era = 0;
    async function fly() {
      if (flying || !newest) return;
      const request = typeof newest === "function" ? newest() : newest;
      const started = era;
      newest = null;
      flying = true;
      const answer = await once(fn, request);
      if (answer.waking && started === era) {
        newest ??= request;
        status.wake();
        sleeping(true);
        await sleep(100);
        if (started !== era && newest === request) newest = null;
      }
      flying = false;
      fly();
      if (answer.waking || answer.overtaken || started !== era) return;
      sleeping(false);
      if (!answer.error) {
        status.clear();
        show(answer, request);
      } else if (!flying) {
        status.fail(answer.error);
        failed(answer.error, request);
      }
    }
    const call = (request) => {
      newest = request;
      fly();
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
