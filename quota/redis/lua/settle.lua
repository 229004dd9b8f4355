-- Settles orders. ARGV: life, and of each order: order, attempt (or nothing), outcome, how
-- long it is held, remember, keep, and its takes (or nothing).
--
-- Returns for each order {state, changed, key, beyond, ...} of each count that is over.
local UNKNOWN_, COMMIT, RELEASE, HOLD, RETURN = 0, 1, 2, 3, 4

local function isSettled(r) return r.state == COMMITTED or r.state == RETURNED end

-- known reports whether it is known what the order takes: the ledger has it, or the
-- settlement brings it.
local function known(r, s)
	if r.state == NONE and #s.takes > 0 then
		r.state, r.remember, r.keep, r.takes, r.packed = RELEASED, s.remember, s.keep, s.takes, s.packed
	end
	return r.state ~= NONE
end

local function find(open, attempt)
	for i, a in ipairs(open) do
		if a == attempt then return i end
	end
end

local function release(r, s)
	if r.state ~= HELD then return end
	if s.attempt ~= '' then
		local i = find(r.open, s.attempt)
		if not i then return end
		table.remove(r.open, i)
		if #r.open > 0 or r.folded then return end
	end
	settle(r, RELEASED, now)
end

-- An order that was not counted any more is counted again, whatever the limits say: it was
-- accepted.
local function hold(r, s)
	if isSettled(r) or not known(r, s) then return end
	local till = now + s.span
	if r.state ~= HELD then
		r.state, r.till = HELD, till
		if s.attempt ~= '' then r.open = {s.attempt} end
	elseif s.attempt == '' or (not r.folded and #r.open == 1 and r.open[1] == s.attempt) then
		r.till, r.unknown = till, false
	else
		r.till = math.max(r.till, till)
	end
end

local outcomes = {
	[UNKNOWN_] = function(r, s)
		if r.state == HELD and find(r.open, s.attempt) then r.unknown = true end
	end,
	[COMMIT] = function(r, s)
		if not isSettled(r) and known(r, s) then settle(r, COMMITTED, now) end
	end,
	[RELEASE] = release,
	[HOLD] = hold,
	[RETURN] = function(r)
		if r.state == COMMITTED then settle(r, RETURNED, now) end
	end,
}

-- same reports whether a settlement changed nothing.
local function same(new, old)
	return new.state == old.state and new.till == old.till and new.unknown == old.unknown and #new.open == #old.open
end

local fields = {'life'}
for i = 2, #ARGV, 7 do fields[#fields + 1] = ORDER .. ARGV[i] end
local stored = call('HMGET', LEDGER, unpack(fields))
if stored[1] ~= ARGV[1] then return otherLife() end
for i = 2, #fields do read(ARGV[(i - 2) * 7 + 2], stored[i]) end

sweep(SWEEP_WITH_CALL) -- so that nothing is shown as over that others no longer hold
local replies, i = {}, 2
while i <= #ARGV do
	local order, outcome = ARGV[i], tonumber(ARGV[i + 2])
	local s = {
		attempt = ARGV[i + 1], span = tonumber(ARGV[i + 3]), remember = tonumber(ARGV[i + 4]), keep = ARGV[i + 5] == '1',
		packed = ARGV[i + 6], takes = {},
	}
	if s.packed ~= '' then s.takes = unpacked(s.packed) end
	i = i + 7
	local old = load(order)
	local new = copy(old)
	outcomes[outcome](new, s)
	if not same(new, old) then save(order, old, new) end
	local reply = {new.state, new.state ~= old.state and 1 or 0}
	over(old, new, reply)
	replies[#replies + 1] = reply
end
flush()
return replies
