\set e random(1, 90)
SELECT * FROM hand_create(p_nombre => 'Juan', p_edad => :e);
