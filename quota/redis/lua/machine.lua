-- The state machine of package quota. See its Machine, which has the same names.
--
-- LEDGER is one hash, so that one command reads all that a call needs and one writes it: the
-- name of the server's life, a record of each order and a count of each key. The others are
-- sorted sets of names of its fields, by instants.
local LEDGER, DUE, UNKNOWN, KEPT, KEPT_UNKNOWN = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local ORDER, COUNT = 'o', 'c' -- what names of fields begin with
local call, pack, unpacked = redis.call, cmsgpack.pack, cmsgpack.unpack

-- A caller with another life in mind has to look first at what this server knows.
local function otherLife()
	return redis.error_reply('OTHERLIFE the ledger of this server is another one')
end

local NONE, HELD, COMMITTED, RELEASED, LAPSED, RETURNED = 0, 1, 2, 3, 4, 5
local MOST_OPEN = 16
local WINDOW_GRACE, DAY = 48 * 3600 * 1000, 24 * 3600 * 1000
local FOLDED, KEEP, UNKNOWN_OUTCOME = 1, 2, 4

-- Records and counts are read once and written at the end of the call.
local records, orders = {}, {}
local counts, keys = {}, {}

-- count returns a count. stored is what the ledger has, false for nothing, if that is known.
local function count(key, stored)
	local c = counts[key]
	if c then return c end
	if stored == nil then stored = call('HGET', LEDGER, COUNT .. key) end
	if stored then
		local held, committed, revision, ends, reason = unpacked(stored)
		c = {held = held, committed = committed, revision = revision, ends = ends, reason = reason, stored = stored, listed = ends}
	else
		c = {held = 0, committed = 0, revision = 0, ends = 0, stored = false, listed = 0}
	end
	counts[key] = c
	keys[#keys + 1] = key
	return c
end

-- A count that is zero and was never adjusted is none.
local function isNone(c)
	return c.held == 0 and c.committed == 0 and c.revision == 0
end

local function clear(c)
	c.held, c.committed, c.revision, c.ends, c.reason = 0, 0, 0, 0, nil
end

-- MOST is the greatest number up to which floats are exact. Sums beyond it are only compared.
local MOST = 2 ^ 53 - 1

local function add(key, ends, state, amount)
	local c = count(key)
	if state == HELD then
		c.held = math.min(MOST, math.max(0, c.held + amount))
	else
		c.committed = math.min(MOST, math.max(0, c.committed + amount))
	end
	if amount > 0 and ends > c.ends then c.ends = ends end
	if isNone(c) then clear(c) end
end

-- Takes are a list of key, amount, limit and end of window of each. TAKE is how many.
local TAKE = 4

local function amount(r, key)
	local takes = r.takes
	for i = 1, #takes, TAKE do
		if takes[i] == key then return takes[i + 1] end
	end
	return 0
end

local function isCounted(r)
	return r.state == HELD or r.state == COMMITTED
end

local function taken(r, key)
	if isCounted(r) then return amount(r, key) end
	return 0
end

-- What an order has committed stays when it is forgotten.
local function recount(old, new)
	if old.state == COMMITTED and new.state == NONE then return end
	if isCounted(old) then
		local takes = old.takes
		for i = 1, #takes, TAKE do
			if old.state ~= new.state or amount(new, takes[i]) ~= takes[i + 1] then
				add(takes[i], takes[i + 3], old.state, -takes[i + 1])
			end
		end
	end
	if isCounted(new) then
		local takes = new.takes
		for i = 1, #takes, TAKE do
			if old.state ~= new.state or amount(old, takes[i]) ~= takes[i + 1] then
				add(takes[i], takes[i + 3], new.state, takes[i + 1])
			end
		end
	end
end

local function none()
	return {state = NONE, till = 0, remember = 0, open = {}, takes = {}}
end

local function flag(flags, bit)
	return math.floor(flags / bit) % 2 == 1
end

-- The takes of a record are packed by themselves, as they come from gateways.
local function read(order, stored)
	local r = records[order]
	if r then return r end
	if stored == nil then stored = call('HGET', LEDGER, ORDER .. order) end
	r = none()
	if stored then
		local flags
		r.state, r.till, r.remember, flags, r.open, r.packed, r.overs, r.overBy = unpacked(stored)
		r.takes = unpacked(r.packed)
		r.folded, r.keep, r.unknown = flag(flags, FOLDED), flag(flags, KEEP), flag(flags, UNKNOWN_OUTCOME)
	end
	records[order] = r
	return r
end

-- listed is the list that a record is in. A held order that is kept beyond its deadline is
-- never due.
local function listed(r)
	if r.state == NONE then return nil end
	if r.state ~= HELD or not r.keep then return DUE end
	return r.unknown and KEPT_UNKNOWN or KEPT
end

local function isUnknown(r) return r.state == HELD and r.unknown and not r.keep end

-- Changes of lists: by list and name the instant, or false for what leaves it.
local changes = {}

local function change(key, name, at)
	local of = changes[key]
	if not of then
		of = {}
		changes[key] = of
	end
	of[name] = at
end

local function list(name, was, is, before, at)
	if was and was ~= is then change(was, name, false) end
	if is and (was ~= is or before ~= at) then change(is, name, at) end
end

-- put replaces the record of an order. One with the state NONE is none.
local function put(order, old, new)
	list(ORDER .. order, listed(old), listed(new), old.till, new.till)
	if old.unknown or new.unknown then
		list(ORDER .. order, isUnknown(old) and UNKNOWN, isUnknown(new) and UNKNOWN, old.till, new.till)
	end
	records[order] = new
	orders[#orders + 1] = order
end

local function save(order, old, new)
	recount(old, new)
	put(order, old, new)
end

-- over lists key and amount of what a record counts beyond limits that the one before did
-- not count. The counts have it already.
local function over(old, new)
	local takes, all = new.takes, {}
	for i = 1, #takes, TAKE do
		local c = count(takes[i])
		local beyond = c.held - takes[i + 2] + c.committed
		if beyond > 0 then
			local added = taken(new, takes[i]) - taken(old, takes[i])
			if added > 0 then
				all[#all + 1] = takes[i]
				all[#all + 1] = math.min(added, beyond)
			end
		end
	end
	return all
end

-- overOf is what a call counted beyond limits when it was carried out before.
local function overOf(r, caller)
	if caller ~= '' and r.overBy == caller then return r.overs end
	return {}
end

-- saveBy is save, and returns what a call counted beyond limits with it.
local function saveBy(caller, order, old, new)
	recount(old, new)
	local all = over(old, new)
	if #all > 0 and caller ~= '' then new.overs, new.overBy = all, caller end
	put(order, old, new)
	return all
end

local function append(reply, all)
	for _, value in ipairs(all) do reply[#reply + 1] = value end
	return reply
end

-- many calls a command with many values. Lua has no more than some thousand on its stack.
local function many(command, key, values)
	for i = 1, #values, 1000 do
		call(command, key, unpack(values, i, math.min(i + 999, #values)))
	end
end

local function writeRecords(put, drop)
	for _, order in ipairs(orders) do
		local r = records[order]
		if r.state == NONE then
			drop[#drop + 1] = ORDER .. order
		else
			local flags = (r.folded and FOLDED or 0) + (r.keep and KEEP or 0) + (r.unknown and UNKNOWN_OUTCOME or 0)
			local n = #put
			local what
			if r.overs then
				what = pack(r.state, r.till, r.remember, flags, r.open, r.packed, r.overs, r.overBy)
			else
				what = pack(r.state, r.till, r.remember, flags, r.open, r.packed)
			end
			put[n + 1], put[n + 2] = ORDER .. order, what
		end
	end
end

local function writeCounts(put, drop)
	for _, key in ipairs(keys) do
		local c = counts[key]
		if isNone(c) then
			if c.stored then drop[#drop + 1] = COUNT .. key end
		else
			local new = pack(c.held, c.committed, c.revision, c.ends, c.reason)
			if new ~= c.stored then
				local n = #put
				put[n + 1], put[n + 2] = COUNT .. key, new
			end
		end
		if c.ends ~= c.listed then
			list(COUNT .. key, c.listed ~= 0 and DUE, c.ends ~= 0 and DUE, c.listed, c.ends + WINDOW_GRACE)
		end
	end
end

-- flush writes all. A server without memory or disk refuses what adds to it, and that comes
-- first: then nothing is written.
local function flush()
	local put, drop = {}, {}
	writeRecords(put, drop)
	writeCounts(put, drop)
	many('HSET', LEDGER, put)
	for key, names in pairs(changes) do
		local added, removed = {}, {}
		for name, at in pairs(names) do
			if at then
				local n = #added
				added[n + 1], added[n + 2] = at, name
			else
				removed[#removed + 1] = name
			end
		end
		many('ZADD', key, added)
		many('ZREM', key, removed)
	end
	many('HDEL', LEDGER, drop)
end

local function copy(r)
	local new = {}
	for k, v in pairs(r) do new[k] = v end
	new.open = {}
	for i, attempt in ipairs(r.open) do new.open[i] = attempt end
	return new
end

-- settle ends the attempts of a record. It is remembered from an instant on.
local function settle(r, state, from)
	r.state, r.till = state, from + r.remember
	r.folded, r.unknown = false, false
end

local function find(open, attempt)
	for i, a in ipairs(open) do
		if a == attempt then return i end
	end
end

-- at is a record as it is now: a held one beyond its deadline has lapsed, and a settled one
-- that was remembered long enough is none.
local function at(r)
	if r.state == HELD and not r.keep and r.till <= now then
		r = copy(r)
		settle(r, LAPSED, r.till)
	end
	if r.state ~= HELD and r.state ~= NONE and r.till <= now then return none() end
	return r
end

local function load(order)
	local old = read(order)
	local new = at(old)
	if new.state ~= old.state then save(order, old, new) end
	return new
end

-- forget drops the count of a window that ended long ago. It stays a day longer while an
-- order holds some of it.
local function forget(key)
	local c = count(key)
	if c.held == 0 then
		clear(c)
	else
		c.ends = now - WINDOW_GRACE + DAY
	end
end

-- sweep ends at most so many overdue records and counts, and says whether there may be more.
-- The records come first: counts of which an order holds some stay.
local function sweep(most)
	local due = call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, most)
	for _, name in ipairs(due) do
		if name:sub(1, 1) == ORDER then load(name:sub(2)) end
	end
	for _, name in ipairs(due) do
		if name:sub(1, 1) == COUNT then forget(name:sub(2)) end
	end
	return #due == most
end

-- SWEEP_WITH_CALL is how many overdue entries a call ends that has something else to do. It
-- keeps up, since an order is overdue twice at most: when it lapses and when it is forgotten.
local SWEEP_WITH_CALL = 64
