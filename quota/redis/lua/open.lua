-- Opens the ledger: names the life of a server that has none. KEYS[1] is that name, the
-- others are those of the ledger. ARGV: layout, and a name for a new life.
--
-- Returns the name of the life.
local life = redis.call('GET', KEYS[1])
if not life then
	life = ARGV[1] .. ' ' .. ARGV[2]
	redis.call('SET', KEYS[1], life)
end
return life
