// Redoc writes its styles at run time; the nonce of this script lets the browser accept them.
(function () {
  const nonce = document.currentScript.nonce;
  window.addEventListener("load", function () {
    const docs = document.getElementById("docs");
    // The search index runs in a worker made from text, which our policy forbids.
    Redoc.init(docs.dataset.schema, { nonce: nonce, disableSearch: true, hideLoading: true }, docs);
  });
})();
