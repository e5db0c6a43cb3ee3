// A whole order by openapi-fetch with the types of openapi-typescript: order URL PICTURE.
import { openAsBlob } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const [server, picture] = process.argv.slice(2);
const media = await openAsBlob(picture, { type: "image/png" });
const api = createClient<paths>({ baseUrl: server });

// form makes the body of a form, as openapi-fetch leaves that to its caller.
function form(fields: Record<string, unknown> = {}): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of [value].flat()) {
      item instanceof Blob ? body.append(name, item, "media.png") : body.append(name, String(item));
    }
  }
  return body;
}

// The type says that a file is a string, as OpenAPI does.
const file = media as unknown as string;

function need<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function signUp(role: components["schemas"]["Role"]) {
  const body = { email: `ots${role}-${Date.now()}@example.com`, password: "password", nickname: `Ots ${role}`, role, "category_ids[]": [2 as const], media: file };
  const { data, token } = need(await api.POST("/api/v1/auth/signup", { body, bodySerializer: form }));
  return { id: data.id, headers: { Authorization: `Bearer ${token}` } };
}

const performer = await signUp(2);
const client = await signUp(1);

const found = need(await api.GET("/api/v1/user/search", { params: { query: { category_id: 2, role: 2 } }, headers: client.headers }));
if (!found.data.some((user) => user.id === performer.id)) throw new Error("the performer is not found");

const till = new Date(Date.now() + 7 * 86400_000).toISOString().slice(0, 19).replace("T", " ");
const order = need(await api.POST("/api/v1/order/create", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  body: { performer_id: performer.id, occasion_id: 1, description: "Greet my aunt", date_till: till },
  headers: client.headers,
})).data.id;

need(await api.POST("/api/v1/order/update/{order_id}", {
  params: { path: { order_id: order } }, body: { status: 2, media: file }, bodySerializer: form, headers: performer.headers,
}));

const viewed = need(await api.GET("/api/v1/order/view/{order_id}", { params: { path: { order_id: order } }, headers: client.headers })).data;
if (viewed.status !== 2 || viewed.media.length !== 1) throw new Error(JSON.stringify(viewed));
console.log("delivered:", viewed.media[0].path_url);
