-- Opens the ledger: names the life of a server that has none. KEYS[1] is that name, KEYS[8] which
-- key gateways digest with. ARGV: layout, a name for a new life, and which key this gateway has.
--
-- Returns the name of the life, and which key the gateway before had.
local life = redis.call('GET', KEYS[1])
if not life then
	life = ARGV[1] .. ' ' .. ARGV[2]
	redis.call('SET', KEYS[1], life)
end
local key = redis.call('GET', KEYS[8]) or ''
if ARGV[3] ~= '' and ARGV[3] ~= key then redis.call('SET', KEYS[8], ARGV[3]) end
return {life, key}
