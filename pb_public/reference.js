// The reference: Scalar, showing /openapi.json, without a request to any other host.
'use strict';

// What the pickers of code samples offer, by language.
const shown = { shell: ['curl'], js: ['fetch'], kotlin: ['okhttp'], swift: ['nsurlsession'], dart: ['http'] };

// All that Scalar could offer.
const known = {
  c: ['libcurl'], clojure: ['clj_http'], csharp: ['httpclient', 'restsharp'], dart: ['http'], fsharp: ['httpclient'],
  go: ['native'], http: ['http1.1'], java: ['asynchttp', 'nethttp', 'okhttp', 'unirest'],
  js: ['axios', 'fetch', 'jquery', 'ofetch', 'xhr'], julia: ['http'], kotlin: ['okhttp'],
  node: ['axios', 'fetch', 'ofetch', 'undici'], objc: ['nsurlsession'], ocaml: ['cohttp'], php: ['curl', 'guzzle'],
  powershell: ['restmethod', 'webrequest'], python: ['python3', 'requests', 'httpx_sync', 'httpx_async'], r: ['httr'],
  ruby: ['native'], rust: ['reqwest'], shell: ['curl', 'httpie', 'wget'], swift: ['nsurlsession'],
};

const hidden = {};
for (const [language, clients] of Object.entries(known)) {
  const rest = clients.filter((client) => !(shown[language] || []).includes(client));
  if (rest.length > 0) hidden[language] = shown[language] ? rest : true;
}

// Whoever signs in here stays signed in: the token goes into Authentication, and is kept for the next visit.
const kept = 'privet-token';
const authentication = {
  preferredSecurityScheme: 'bearer',
  securitySchemes: { bearer: { token: localStorage.getItem(kept) || '' } },
};

async function keepToken({ response }) {
  if (!response.ok || !/\/api\/v1\/auth\/(signup|login|social\/(signup|sign-in))$/.test(new URL(response.url).pathname)) return;
  const { token } = await response.clone().json();
  localStorage.setItem(kept, token);
  authentication.securitySchemes.bearer.token = token;
  reference.updateConfiguration({ ...configuration, authentication: structuredClone(authentication) });
}

const configuration = {
  url: '/openapi.json',
  theme: 'default',
  withDefaultFonts: false,
  telemetry: false,
  persistAuth: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  hiddenClients: hidden,
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  onResponseReceived: keepToken,
  servers: [{ url: location.origin, description: 'This server' }],
  authentication,
};

document.querySelector('#reference').replaceChildren(); // what is shown without JavaScript
const reference = Scalar.createApiReference('#reference', configuration);
