-- Reserves for one order. ARGV: life, order, attempt, hold, remember, keep, unlimited, call
-- (or nothing), takes.
--
-- Returns {0, index, left, used up, ...} of each denial, or {1, state, until, joined, key,
-- beyond, ...} of each count that is over its limit.
local order, attempt = ARGV[2], ARGV[3]
local hold, remember, keep, unlimited = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1', ARGV[7] == '1'
local caller, packed = ARGV[8], ARGV[9]
local takes = unpacked(packed)

local fields, n = {'life', ORDER .. order}, 2
for i = 1, #takes, TAKE do
	n = n + 1
	fields[n] = COUNT .. takes[i]
end
local stored = call('HMGET', LEDGER, unpack(fields))
if stored[1] ~= ARGV[1] then return otherLife() end
read(order, stored[2])
for i = 3, n do count(takes[(i - 3) * TAKE + 1], stored[i]) end

-- What the order has already is not counted against it. An order that was settled cannot
-- have more than it had.
local function denials(old)
	local reply = {0}
	local settled = old.state == COMMITTED or old.state == RETURNED
	for i = 1, #takes, TAKE do
		local own = taken(old, takes[i])
		if old.state == RETURNED then own = amount(old, takes[i]) end
		if takes[i + 1] > own then
			local c, left = count(takes[i]), own
			if not settled then left = math.max(own, takes[i + 2] - (c.held - own + c.committed)) end
			if takes[i + 1] > left then
				reply[#reply + 1] = (i - 1) / TAKE
				reply[#reply + 1] = left
				reply[#reply + 1] = c.held + c.committed >= takes[i + 2] and 1 or 0
			end
		end
	end
	return reply
end

-- ended reports whether an order was settled with this attempt. What was granted before has
-- ended since, and is not counted again.
local function ended(old)
	return old.state ~= HELD and find(old.open, attempt)
end

local function joined(old)
	if old.state ~= HELD then return false end
	if old.folded then return true end
	for _, a in ipairs(old.open) do
		if a ~= attempt then return true end
	end
	return false
end

-- greatest has every key of both, with the greater amount and the newer limit.
local function greatest(old)
	local all, where = {}, {}
	for i = 1, #old, TAKE do where[old[i]] = i end
	for i = 1, #old do all[i] = old[i] end
	for i = 1, #takes, TAKE do
		local j = where[takes[i]]
		if not j then
			for k = 0, TAKE - 1 do all[#all + 1] = takes[i + k] end
		else
			all[j + 1], all[j + 2], all[j + 3] = math.max(all[j + 1], takes[i + 1]), takes[i + 2], math.max(all[j + 3], takes[i + 3])
		end
	end
	return all
end

-- What the order takes is replaced if no other attempt may have been accepted; otherwise
-- each count keeps the greatest amount of any attempt.
local function reserved(old)
	local new = {state = HELD, till = now + hold, remember = remember, keep = keep, open = {}, takes = takes, packed = packed, overs = old.overs, overBy = old.overBy}
	if old.state == HELD then
		new.folded, new.unknown = old.folded, old.unknown
		new.till, new.keep = math.max(new.till, old.till), old.keep or keep
		for _, a in ipairs(old.open) do
			if a ~= attempt then new.open[#new.open + 1] = a end
		end
		if joined(old) then
			new.takes = greatest(old.takes)
			new.packed = pack(new.takes)
		end
	end
	new.open[#new.open + 1] = attempt
	if #new.open > MOST_OPEN then
		table.remove(new.open, 1)
		new.folded = true
	end
	return new
end

-- besidesWindow is what a key has before its window and after it.
local function besidesWindow(key) return key:match('^([^|]*|[^|]*|[^|]*|)[^|]*(|.*)$') end

local function has(all, key)
	for i = 1, #all, TAKE do
		if all[i] == key then return true end
	end
	return false
end

-- had is where an order has a count, in any window.
local function had(old, key)
	local before, after = besidesWindow(key)
	if not before then return nil end
	for i = 1, #old.takes, TAKE do
		local b, a = besidesWindow(old.takes[i])
		if b == before and a == after then return i end
	end
end

-- inItsWindows has the takes of a count that the order has already, in an earlier day, week or
-- month, be of that one: an order that comes again is counted once.
local function inItsWindows(old)
	if old.state ~= COMMITTED and old.state ~= RETURNED and not joined(old) then return end
	local changed = false
	for i = 1, #takes, TAKE do
		local j = had(old, takes[i])
		if j and not has(takes, old.takes[j]) and amount(old, takes[i]) == 0 then
			takes[i], takes[i + 3] = old.takes[j], old.takes[j + 3]
			changed = true
		end
	end
	if changed then packed = pack(takes) end
end

local function reserve()
	local old = load(order)
	inItsWindows(old)
	if not unlimited then
		local denied = denials(old)
		if #denied > 1 then return denied end
	end
	if old.state == COMMITTED or old.state == RETURNED or unlimited and ended(old) then
		return append({1, old.state, old.till, 1}, overOf(old, caller))
	end
	local new = reserved(old)
	local overs = saveBy(caller, order, old, new)
	if #overs == 0 then overs = overOf(old, caller) end
	return append({1, new.state, new.till, joined(old) and 1 or 0}, overs)
end

sweep(SWEEP_WITH_CALL)
local reply = reserve()
flush()
return reply
