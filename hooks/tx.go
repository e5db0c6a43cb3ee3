package hooks

// beforeInterceptors is a hook priority ahead of PocketBase's field interceptors (-99), which look at the id.
const beforeInterceptors = -200
