-- Reads, adjusts and sweeps. ARGV: life, and one of
--   read KEY ...                       → {held, committed, revision, end of window, reason} of each
--   find ORDER                         → a record, empty for none
--   unresolved MOST                    → records
--   adjust KEY DELTA REVISION REASON MOST → {what prevents it or nothing, a count}
--   write                              → {}, if the server can be written to
--   sweep MOST                         → {1} if there may be more
if call('HGET', LEDGER, 'life') ~= ARGV[1] then return otherLife() end

local function shown(c)
	return {c.held, c.committed, c.revision, c.ends, c.reason or ''}
end

local function record(order, r)
	local reply = {order, r.state, r.till, r.unknown and 1 or 0}
	for _, v in ipairs(r.takes) do reply[#reply + 1] = v end
	return reply
end

local calls = {}

function calls.read()
	local reply = {}
	for i = 3, #ARGV do reply[#reply + 1] = shown(count(ARGV[i])) end
	return reply
end

function calls.find()
	local r = at(read(ARGV[3]))
	if r.state == NONE then return {} end
	return record(ARGV[3], r)
end

function calls.unresolved()
	local reply = {}
	local function show(list, from, to)
		for _, name in ipairs(call('ZRANGEBYSCORE', list, from, to, 'LIMIT', 0, ARGV[3])) do
			local order = name:sub(2)
			reply[#reply + 1] = record(order, read(order))
		end
	end
	show(UNKNOWN, now + 1, '+inf') -- the others have lapsed
	show(KEPT_UNKNOWN, '-inf', '+inf')
	show(KEPT, '-inf', now)
	return reply
end

function calls.adjust()
	local c, delta = count(ARGV[3]), tonumber(ARGV[4])
	if c.committed + delta > tonumber(ARGV[7]) then return {'beyond', shown(c)} end
	if c.revision ~= tonumber(ARGV[5]) then return {'revision', shown(c)} end
	if c.committed + delta < 0 then return {'below zero', shown(c)} end
	c.committed, c.revision, c.reason = c.committed + delta, c.revision + 1, ARGV[6]
	return {'', shown(c)}
end

function calls.write()
	call('HSET', LEDGER, 'life', ARGV[1])
	return {}
end

function calls.sweep()
	return {sweep(tonumber(ARGV[3])) and 1 or 0}
end

local reply = calls[ARGV[2]]()
flush()
return reply
