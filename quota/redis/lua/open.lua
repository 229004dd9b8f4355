-- Opens the ledger: names the life of a server that has none. ARGV: layout, a name for a new
-- life, and which key this gateway digests with (or nothing).
--
-- Returns the name of the life, and which key the gateway before had.
local life = redis.call('HGET', KEYS[1], 'life')
if not life then
	life = ARGV[1] .. ' ' .. ARGV[2]
	redis.call('HSET', KEYS[1], 'life', life)
end
local key = redis.call('HGET', KEYS[1], 'key') or ''
if ARGV[3] ~= '' and ARGV[3] ~= key then redis.call('HSET', KEYS[1], 'key', ARGV[3]) end
return {life, key}
