/** Name of the setting that says what a model without a price does; absent = `block`. */
export const UNPRICED_SETTING = 'unpriced_models';

/** `block` refuses; `token-price` charges every token the admin's token price, and the row says so. */
export type UnpricedPolicy = 'block' | 'token-price';
