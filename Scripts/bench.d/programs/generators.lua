local function numbers(n)
  return coroutine.wrap(function()
    local i = 0
    while i < n do
      coroutine.yield(i)
      i = i + 1
    end
  end)
end
local function kept(source)
  return coroutine.wrap(function()
    for x in source do
      if x % 3 ~= 0 then coroutine.yield(x) end
    end
  end)
end
local function pairs_of(source)
  return coroutine.wrap(function()
    local held
    for x in source do
      if held == nil then
        held = x
      else
        coroutine.yield(held, x)
        held = nil
      end
    end
  end)
end
local total = 0
for a, b in pairs_of(kept(numbers(1000000))) do total = (total + a * b) % 1000000007 end
print(total)
