import { redisScript } from '@weir/platform';

/**
 * The counters of `LocalCounters`, in Redis. A window is a hash of bucket number → amount, what runs now a sorted
 * set of slots by the instant their lease ends. All instants are Redis's own, so that gateways whose clocks differ
 * count in the same buckets; every key has an expiry, so that nothing stays of keys that are gone.
 *
 * KEYS: one counter per rule, all of one account and thus of one hash slot. What runs now has the bucket length 0.
 */
const CLOCK = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`;

/**
 * Counts a request on every counter, or on none when one of them refuses.
 * ARGV: slot, lease of a slot in ms, then per counter: bucket length in ms, limit, amount.
 * Answers 1 or 0, then per counter: used, wait in ms (−1 = never), ms until it is empty, bucket. Answers 2 alone when
 * a window longer than a minute was never seeded, or was lost since.
 */
export const ENTER = redisScript(`${CLOCK}
local slot, lease = ARGV[1], tonumber(ARGV[2])
local answer, refused = { 1 }, false
for i, key in ipairs(KEYS) do
  local length, limit, amount = tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1]), tonumber(ARGV[i * 3 + 2])
  local used, wait, empty, newest = 0, 0, 0, 0
  if length == 0 then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    used = redis.call('ZCARD', key)
    if used + 1 > limit then wait = 1000 end
  else
    newest = math.floor(now / length)
    if length > 1000 and redis.call('HEXISTS', key, 'seeded') == 0 then return { 2 } end
    local flat, buckets = redis.call('HGETALL', key), {}
    for f = 1, #flat, 2 do
      local bucket, count = tonumber(flat[f]), tonumber(flat[f + 1])
      if bucket and bucket <= newest - 60 then
        redis.call('HDEL', key, flat[f])
      elseif bucket and count > 0 then
        used = used + count
        buckets[#buckets + 1] = { bucket, count }
        empty = math.max(empty, (bucket + 60) * length - now)
      end
    end
    if amount > limit then
      wait = -1
    elseif used + amount > limit then
      table.sort(buckets, function(a, b) return a[1] < b[1] end)
      local left = used
      for _, bucket in ipairs(buckets) do
        left = left - bucket[2]
        wait = (bucket[1] + 60) * length - now
        if left + amount <= limit then break end
      end
    end
  end
  if wait ~= 0 then refused = true end
  answer[i * 4 - 2], answer[i * 4 - 1], answer[i * 4], answer[i * 4 + 1] = used, wait, empty, newest
end
if refused then
  answer[1] = 0
  return answer
end
for i, key in ipairs(KEYS) do
  local length, amount = tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 2])
  if length == 0 then
    redis.call('ZADD', key, now + lease, slot)
    redis.call('PEXPIRE', key, lease)
  else
    redis.call('HINCRBY', key, answer[i * 4 + 1], amount)
    redis.call('PEXPIRE', key, 61 * length)
    if amount > 0 then answer[i * 4] = (answer[i * 4 + 1] + 60) * length - now end
  end
  answer[i * 4 - 2] = answer[i * 4 - 2] + (length == 0 and 1 or amount)
end
return answer
`);

/** Gives a slot back and corrects buckets. ARGV: slot, then per counter: bucket length, bucket, delta. */
export const LEAVE = redisScript(`
for i, key in ipairs(KEYS) do
  local length, bucket, delta = tonumber(ARGV[i * 3 - 1]), ARGV[i * 3], tonumber(ARGV[i * 3 + 1])
  if length == 0 then
    redis.call('ZREM', key, ARGV[1])
  elseif delta ~= 0 then
    local before = redis.call('HGET', key, bucket)
    if before then redis.call('HSET', key, bucket, math.max(0, tonumber(before) + delta)) end
  end
end
`);

/** Prolongs the leases of slots that still run. ARGV: lease in ms, then the slots. */
export const RENEW = redisScript(`${CLOCK}
local lease = tonumber(ARGV[1])
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', now + lease, ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], lease)
`);

/** Raises buckets of one window to at least what the request rows say. ARGV: bucket length, then bucket, amount … */
export const SEED = redisScript(`
for i = 2, #ARGV, 2 do
  local held = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  if tonumber(ARGV[i + 1]) > held then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
redis.call('HSET', KEYS[1], 'seeded', 1)
redis.call('PEXPIRE', KEYS[1], 61 * tonumber(ARGV[1]))
`);
