/** Values that survive `save()` and `load()` unchanged. Byte arrays are allowed beside JSON: the codec stores them. */
export type Data = null | boolean | number | string | Uint8Array | Data[] | { [key: string]: Data | undefined };

/** A JSON object as API objects, configuration files and events carry it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of foreign schemas
export type Obj = Record<string, any>;
