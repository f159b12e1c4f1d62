-- Takes from several rates at once, or from none (GCRA). KEYS are the arrival times; ARGV has, for each of them, by how
-- much the take moves it on and how far ahead of now it may be, in microseconds. Answers the time and the arrival times
-- as they were, after '1' when the take passes: the router computes from them what is left.
local clock = redis.call('TIME')
-- Times begin in 2023, so that a double has some digits left behind the microseconds.
local now = (clock[1] - 1700000000) * 1000000 + clock[2]
local answer = {'1', string.format('%.0f', now)}
local arrivals = {}
local passes = true
for i, key in ipairs(KEYS) do
  local arrival = redis.call('GET', key)
  answer[i + 2] = arrival or '0'
  arrivals[i] = math.max(tonumber(arrival or '0'), now) + tonumber(ARGV[2 * i - 1])
  if arrivals[i] - now - tonumber(ARGV[2 * i]) > 1 then
    answer[1] = '0'
    passes = false
  end
end
if passes then
  for i, key in ipairs(KEYS) do
    local lives = math.ceil((arrivals[i] - now) / 1000)
    if lives > 0 then
      redis.call('SET', key, string.format('%.3f', arrivals[i]), 'PX', string.format('%.0f', lives))
    end
  end
end
return answer
