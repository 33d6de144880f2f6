// API keys must send an Idempotency-Key with every change: the explorer makes one up for each call it sends.
window.onload = () => {
  window.explorer = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#explorer",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    persistAuthorization: false,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (request.method !== "GET" && !request.headers["Idempotency-Key"]) {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        request.headers["Idempotency-Key"] = "explorer-" + Array.from(bytes, (b) => b.toString(16)).join("");
      }
      return request;
    },
  });
};
