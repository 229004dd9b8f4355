-- Settles orders. ARGV: life, and of each order: order, attempt (or nothing), call (or
-- nothing), outcome, how long it is held, remember, keep, and its takes (or nothing).
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

local function release(r, s)
	if r.state ~= HELD then return end
	if s.attempt ~= '' then
		local i = find(r.open, s.attempt)
		if not i then return end
		if #r.open > 1 or r.folded then
			table.remove(r.open, i)
			return
		end
	end
	settle(r, RELEASED, now)
end

-- An order that was not counted any more is counted again, whatever the limits say: it was
-- accepted.
local function hold(r, s)
	if isSettled(r) or not known(r, s) then return end
	local till = now + s.span
	if r.state ~= HELD then
		r.state, r.till, r.open = HELD, till, {}
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
local SETTLEMENT = 8 -- how many arguments each has
for i = 2, #ARGV, SETTLEMENT do fields[#fields + 1] = ORDER .. ARGV[i] end
local stored = call('HMGET', LEDGER, unpack(fields))
if stored[1] ~= ARGV[1] then return otherLife() end
for i = 2, #fields do read(ARGV[(i - 2) * SETTLEMENT + 2], stored[i]) end

sweep(SWEEP_WITH_CALL) -- so that nothing is shown as over that others no longer hold
local replies, i = {}, 2
while i <= #ARGV do
	local order, caller, outcome = ARGV[i], ARGV[i + 2], tonumber(ARGV[i + 3])
	local s = {
		attempt = ARGV[i + 1], span = tonumber(ARGV[i + 4]), remember = tonumber(ARGV[i + 5]), keep = ARGV[i + 6] == '1',
		packed = ARGV[i + 7], takes = {},
	}
	if s.packed ~= '' then s.takes = unpacked(s.packed) end
	i = i + SETTLEMENT
	local old = load(order)
	local new = copy(old)
	outcomes[outcome](new, s)
	local overs = overOf(old, caller)
	if not same(new, old) then overs = saveBy(caller, order, old, new) end
	replies[#replies + 1] = append({new.state, new.state ~= old.state and 1 or 0}, overs)
end
flush()
return replies
