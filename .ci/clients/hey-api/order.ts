// A whole order by the client that @hey-api/openapi-ts generates: order URL PICTURE.
import { openAsBlob } from "node:fs";
import { client } from "./api/client.gen.js";
import { orderCreate, orderUpdate, orderView, signup, userSearch } from "./api/sdk.gen.js";
import type { Role } from "./api/types.gen.js";

const [server, picture] = process.argv.slice(2);
const media = new File([await openAsBlob(picture)], "media.png", { type: "image/png" });
client.setConfig({ baseUrl: server, throwOnError: true });

async function signUp(role: Role) {
  const body = { email: `hey${role}-${Date.now()}@example.com`, password: "password", nickname: `Hey ${role}`, role, "category_ids[]": [2 as const], media };
  const { data } = await signup<true>({ body });
  return { id: data.data.id, auth: data.token };
}

const performer = await signUp(2);
const buyer = await signUp(1);

const found = await userSearch<true>({ auth: buyer.auth, query: { category_id: 2, role: 2 } });
if (!found.data.data.some((user) => user.id === performer.id)) throw new Error("the performer is not found");

const till = new Date(Date.now() + 7 * 86400_000).toISOString().slice(0, 19).replace("T", " ");
const created = await orderCreate<true>({
  auth: buyer.auth,
  headers: { "Idempotency-Key": crypto.randomUUID() },
  body: { performer_id: performer.id, occasion_id: 1, description: "Greet my aunt", date_till: till },
});
const path = { order_id: created.data.data.id };

await orderUpdate<true>({ auth: performer.auth, path, body: { status: 2, media } });

const viewed = (await orderView<true>({ auth: buyer.auth, path })).data.data;
if (viewed.status !== 2 || viewed.media.length !== 1) throw new Error(JSON.stringify(viewed));
console.log("delivered:", viewed.media[0].path_url);
