// Reads the document's address from the page, so that no script stands in the HTML.
window.addEventListener("load", function () {
  SwaggerUIBundle({
    url: document.getElementById("docs").dataset.schema,
    dom_id: "#docs",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
    // The public validator would be asked about our document.
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
});
