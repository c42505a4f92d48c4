// Shows the API's document. Nothing is asked of another host: no validator, no fonts.
const place = document.querySelector("#api");
place.replaceChildren();
globalThis.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
