-- now is the server's time in milliseconds: all gateways have the same. Redis 6.2 writes
-- what a script changes, and not the script, only if it is told to; later ones always do.
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
